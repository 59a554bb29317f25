"""Where the resources live, as plain text: ARNs are composed from it instead of waited for.

Pure. A document or policy that holds an ARN as an Output is unknown at a preview of a new stack, and once left a
Deployment pointing to a deleted role; names here are fixed, so ARNs can be written down.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Cloud:
    """The account (12 digits), region and partition (`aws`, `aws-cn`, ...) that the provider talks to."""

    account_id: str
    region: str
    partition: str = "aws"
    dns_suffix: str = "amazonaws.com"

    def arn(self, service: str, resource: str) -> str:
        """Compose a regional ARN of this account."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.account_id}:{resource}"

    def role_arn(self, name: str) -> str:
        """Compose a role's ARN; IAM knows no region."""
        return f"arn:{self.partition}:iam::{self.account_id}:role/{name}"

    def endpoint_arn(self, name: str) -> str:
        """Compose a SageMaker endpoint's ARN, which is lower-cased whatever its name."""
        return self.arn("sagemaker", f"endpoint/{name.lower()}")

    def function_arn(self, name: str) -> str:
        """Compose a Lambda function's ARN, without a version."""
        return self.arn("lambda", f"function:{name}")

    def table_arn(self, name: str) -> str:
        """Compose a DynamoDB table's ARN."""
        return self.arn("dynamodb", f"table/{name}")

    def log_group_arn(self, name: str) -> str:
        """Compose a log group's ARN, without the `:*` that stands for its streams."""
        return self.arn("logs", f"log-group:{name}")

    def object_arn(self, uri: str) -> str:
        """Compose the ARN of what an `s3://bucket/key` URI names; `key` may end in `*`."""
        return f"arn:{self.partition}:s3:::{uri.removeprefix('s3://')}"

    def managed_policy_arn(self, path: str) -> str:
        """Compose the ARN of one of AWS's own policies."""
        return f"arn:{self.partition}:iam::aws:policy/{path}"
