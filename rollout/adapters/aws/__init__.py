"""The ports on AWS: splits by `pulumi up` on the journal's word, an emergency by one UpdateStage, counts by CloudWatch.

Nothing else of ours imports boto3's control planes or Pulumi's Automation API. `ports.py` puts it together.
"""
