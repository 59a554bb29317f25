"""Code that runs on Lambda, a folder for each contract that has a function. Nothing of ours is there but the folder.

So a folder imports the standard library, what Lambda's Python runtime carries (boto3, botocore) and itself, and like
its contract never changes once released: another function is another folder (`enriched_v2`).
"""
