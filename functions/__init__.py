"""Code that runs on Lambda, a folder for each contract that has a function, and `authorizer`. Nothing of ours is there
but the folder.

So a folder imports the standard library, what Lambda's Python runtime carries (boto3, botocore) and itself. A folder of
a contract, like the contract, never changes once released: another function is another folder (`enriched_v2`). The
authorizer is one for all releases, and changes.
"""
