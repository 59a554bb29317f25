"""Training on SageMaker: the same ratings in, the same manifest out.

```
Split -> inputs_of -> (upload) -> training_request -> (create, follow) -> archive -> measured -> make_release -> Release
```

`request.py`, `object2vec.py` and `source.py` are pure; `aws.py` and `bucket.py` alone talk to AWS, `images.py`
alone to the SDK.
"""
