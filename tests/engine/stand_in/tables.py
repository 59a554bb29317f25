"""Which properties force a replacement, and which names are taken once, type by type.

From the Pulumi AWS provider 7.x (the argument reference of each resource; what is `ForceNew` in terraform-provider-aws
6). A type that is not here is refused: a stand-in that guesses proves nothing.
"""

ALL = "everything but these"
"""Marks a type of which every property forces a replacement but for the ones that follow."""

FORCES_REPLACEMENT: dict[str, tuple[str, ...]] = {
    "aws:apigateway/account:Account": (),
    "aws:apigateway/apiKey:ApiKey": ("value",),
    "aws:apigateway/basePathMapping:BasePathMapping": ("domainName", "domainNameId"),
    "aws:apigateway/deployment:Deployment": (ALL, "description"),
    "aws:apigateway/domainName:DomainName": ("domainName",),
    "aws:apigateway/methodSettings:MethodSettings": ("restApi", "stageName", "methodPath"),
    "aws:apigateway/restApi:RestApi": (),
    "aws:apigateway/stage:Stage": ("restApi", "stageName"),
    "aws:apigateway/usagePlan:UsagePlan": (),
    "aws:apigateway/usagePlanKey:UsagePlanKey": ("keyId", "keyType", "usagePlanId"),
    "aws:appautoscaling/policy:Policy": ("name", "resourceId", "scalableDimension", "serviceNamespace"),
    "aws:appautoscaling/target:Target": ("resourceId", "scalableDimension", "serviceNamespace"),
    "aws:cloudwatch/dashboard:Dashboard": ("dashboardName",),
    "aws:cloudwatch/logGroup:LogGroup": ("name", "namePrefix", "logGroupClass"),
    "aws:cloudwatch/logMetricFilter:LogMetricFilter": ("name", "logGroupName"),
    "aws:cloudwatch/metricAlarm:MetricAlarm": ("name",),
    "aws:dynamodb/table:Table": ("name", "hashKey", "rangeKey"),
    "aws:iam/role:Role": ("name", "namePrefix", "path"),
    "aws:iam/rolePolicy:RolePolicy": ("name", "namePrefix", "role"),
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": ("role", "policyArn"),
    "aws:lambda/function:Function": ("name", "packageType"),
    "aws:s3/bucket:Bucket": ("bucket", "bucketPrefix"),
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": ("bucket",),
    "aws:s3/bucketPolicy:BucketPolicy": ("bucket",),
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": ("bucket",),
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": ("bucket",),
    "aws:s3/bucketVersioning:BucketVersioning": ("bucket",),
    "aws:sagemaker/endpoint:Endpoint": ("name",),
    "aws:sagemaker/endpointConfiguration:EndpointConfiguration": (ALL, "tags"),
    "aws:sagemaker/model:Model": (ALL, "tags"),
    "aws:sns/topic:Topic": ("name", "namePrefix", "fifoTopic"),
    "aws:wafv2/webAcl:WebAcl": ("name", "namePrefix", "scope"),
    "aws:wafv2/webAclAssociation:WebAclAssociation": ("resourceArn", "webAclArn"),
    "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration": ("resourceArn",),
}

UNIQUE_NAMES = {
    "aws:apigateway/domainName:DomainName": "domainName",
    "aws:cloudwatch/logGroup:LogGroup": "name",
    "aws:dynamodb/table:Table": "name",
    "aws:iam/role:Role": "name",
    "aws:lambda/function:Function": "name",
    "aws:s3/bucket:Bucket": "bucket",
    "aws:sagemaker/endpoint:Endpoint": "name",
    "aws:sagemaker/endpointConfiguration:EndpointConfiguration": "name",
    "aws:sagemaker/model:Model": "name",
    "aws:wafv2/webAcl:WebAcl": "name",
}
"""The property that no two resources of a type share; AWS refuses the second."""

AUTONAMED = ("aws:iam/role:Role", "aws:iam/rolePolicy:RolePolicy", "aws:appautoscaling/policy:Policy")
"""Types that the provider gives a name, logical name and a random suffix, where the program gives none."""


def replacing(kind: str, changed: set[str]) -> set[str]:
    """Return those of the changed properties that force a replacement."""
    forcing = FORCES_REPLACEMENT[kind]
    return changed - set(forcing[1:]) if forcing[:1] == (ALL,) else changed & set(forcing)
