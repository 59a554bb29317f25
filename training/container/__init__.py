"""What runs inside the model's container. `inference.py` goes into `model.tar.gz` as it is."""
