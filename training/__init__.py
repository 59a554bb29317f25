"""Training: raw ratings -> release. Pure steps, I/O at the edge.

```
load_ratings -> Ratings -> ua_split -> Split -> train -> Model -> evaluate -> Metrics -> make_release -> Release
                                                          └─ build_archive -> model.tar.gz
```

`container/` is what runs inside the model's container; `model.predict` calls the very same code, so what is
measured is what is served.
"""
