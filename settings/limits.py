"""What AWS allows, as tables of data, each with its source. Pure.

Nothing here is a default of ours: those stand in `settings/model.py`. "botocore" means the service models of
botocore 1.44, which are AWS's own; the tests compare the tables with them.
"""

API_NAME_PATTERN = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"
API_NAME_MAX_LENGTH = 32
"""Ours, from AWS's: the name heads the endpoints' names `{name}-{id <= 20}-{hash 8}`, which SageMaker limits to 63."""

STAGE_NAME_PATTERN = r"^[A-Za-z0-9_-]{1,128}$"
"""botocore apigateway, CreateStageRequest.stageName."""

THROTTLE_RATE = (0.0, 10_000.0)
THROTTLE_BURST = (1, 5_000)
"""The account's default quota per region, in requests per second and requests; a stage's limit above the account's has
no effect. https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html"""

INTEGRATION_TIMEOUT_MILLISECONDS = (50, 300_000)
EDGE_TIMEOUT_MILLISECONDS = 29_000
"""50 ms to 29 s; up to 300 s for regional and private APIs where the quota has been raised.
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html"""

MAX_ITEMS = (1, 1_000)
"""A `#foreach` of a mapping template runs at most 1000 times (quota "Maximum Iterations In Mapping Template", fixed).
https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html"""

LOG_RETENTION_DAYS = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731),
    *(1096, 1827, 2192, 2557, 2922, 3288, 3653),
)
"""botocore logs, PutRetentionPolicyRequest.retentionInDays."""

CANARY_PERCENT = (0.0, 100.0)
"""https://docs.aws.amazon.com/apigateway/latest/developerguide/canary-release.html (percentTraffic, 0.0 to 100.0)."""

INSTANCE_TYPE_PATTERN = r"^ml\.[a-z][a-z0-9-]*\.(medium|large|[0-9]*xlarge)$"
"""botocore sagemaker, ProductionVariantInstanceType: every type matches, and a misspelt size does not."""

UNSCALABLE_INSTANCE_PATTERN = r"^ml\.t2\."
"""Burstable instances cannot be scaled: https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling.html"""

INSTANCE_COUNT_MIN = 1
"""botocore sagemaker, InitialTaskCount."""

CAPTURE_PERCENT = (0, 100)
"""botocore sagemaker, SamplingPercentage: an integer."""

BUCKET_PATTERN = r"(?!xn--)(?!sthree-)[a-z0-9](?:[a-z0-9-]|\.(?!\.)){1,61}[a-z0-9]"
"""https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html"""

REGION_PATTERN = r"^[a-z]{2,4}(-[a-z]+)+-[0-9]$"
"""https://docs.aws.amazon.com/general/latest/gr/rande.html"""

VPC_ENDPOINT_PATTERN = r"^vpce-[0-9a-f]{8,17}$"
"""https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/resource-ids.html: 8 or 17 hexadecimal digits."""

TAGS_MAX = 45
"""A resource carries 50 tags (https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html);
five are left to the program's own."""

TAG_KEY_PATTERN = r"^(?!(?i:aws:))[\w .:/=+\-@]{1,128}$"
TAG_VALUE_PATTERN = r"^[\w .:/=+\-@]{0,256}$"
"""botocore sagemaker, TagKey and TagValue; `aws:` is reserved for AWS."""

AUTHORIZER_TTL_SECONDS = (0, 3_600)
"""botocore apigateway, CreateAuthorizerRequest.authorizerResultTtlInSeconds."""

ACCOUNT_PATTERN = r"[0-9]{12}"
"""https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies-examples.html"""

USER_POOL_PATTERN = r"arn:aws[a-z-]*:cognito-idp:[a-z0-9-]+:[0-9]{12}:userpool/[\w-]+_[0-9a-zA-Z]+"
"""botocore cognito-idp, UserPoolIdType, in an ARN of its service."""

FUNCTION_ARN_PATTERN = r"arn:aws[a-z-]*:lambda:[a-z0-9-]+:[0-9]{12}:function:[a-zA-Z0-9-_]{1,64}(?::[a-zA-Z0-9-_]+)?"
"""botocore lambda, FunctionArn; the name's 64 characters and the alias or version after it."""

CERTIFICATE_PATTERN = r"arn:aws[a-z-]*:acm:(?P<region>[a-z0-9-]+):[0-9]{12}:certificate/[0-9a-f-]{36}"
"""https://docs.aws.amazon.com/acm/latest/userguide/acm-certificate-characteristics.html"""

EDGE_CERTIFICATE_REGION = "us-east-1"
"""Where CloudFront looks for an edge-optimised domain's certificate, whatever the API's region.
https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-edge-optimized-custom-domain-name.html"""

DOMAIN_PATTERN = r"(?=.{4,253}$)(\*\.)?(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}"
BASE_PATH_PATTERN = r"[A-Za-z0-9$\-_.+!*'()]{1,300}(?:/[A-Za-z0-9$\-_.+!*'()]{1,300})*"
"""https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-mappings.html"""

TRUSTSTORE_PATTERN = rf"s3://{BUCKET_PATTERN}/.+"
"""botocore apigateway, MutualTlsAuthenticationInput.truststoreUri."""

PLANS_MAX = 300
"""Usage plans per account and region.
https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html"""

METHOD_THROTTLES_MAX = 20
"""Throttles of single methods in one usage plan; the same page."""

QUOTA_MIN = 1
"""botocore apigateway, QuotaSettings.limit: an integer; 0 would let nothing through."""

CACHE_SIZES_GB = (0.5, 1.6, 6.1, 13.5, 28.4, 58.2, 118.0, 237.0)
"""botocore apigateway, CacheClusterSize."""

CACHE_TTL_SECONDS = (1, 3_600)
"""Default 300, at most 3600, 0 is no caching.
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-caching.html"""

COMPRESSION_BYTES = (0, 10_485_760)
"""botocore apigateway, CreateRestApiRequest.minimumCompressionSize."""

PREFLIGHT_SECONDS = (0, 86_400)
"""Browsers keep a preflight's answer no longer (Firefox 86400, Chromium 7200): https://fetch.spec.whatwg.org/#http-access-control-max-age"""

ORIGIN_PATTERN = r"\*|https?://[a-z0-9.-]+(?::[0-9]{1,5})?"
HEADER_PATTERN = r"[A-Za-z0-9!#$%&*+.^_|~-]+"
"""RFC 6454, section 6.2, and RFC 9110's token without the quotes that a mapping's constant could not hold."""

FIREWALL_RATE = (10, 2_000_000_000)
"""botocore wafv2, RateLimit."""
FIREWALL_WINDOWS = (60, 120, 300, 600)
"""botocore wafv2, RateBasedStatement.EvaluationWindowSec."""

QUERY_BYTES_MAX = 2_048
"""The longest query string that AWS's common rule group lets pass (SizeRestrictions_QUERYSTRING).
https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-baseline.html"""

FUNCTION_MEMORY_MEGABYTES = (128, 10_240)
FUNCTION_TIMEOUT_SECONDS = (1, 900)
"""https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""

ARN_PATTERN = r"arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:[0-9]{0,12}:\S+"
ARN_LONGEST = 1_024
"""botocore cloudwatch, ResourceName: what an alarm may tell."""

ALARM_ACTIONS_MAX = 5
"""botocore cloudwatch, ResourceList."""

ALARM_PERIODS = (60, 300, 900, 3_600)
"""Seconds, a choice of ours: any multiple of 60 is allowed (botocore cloudwatch, PutMetricAlarmInput.Period)."""

ALARM_WINDOW_SECONDS = 86_400
"""Periods times their length, at most: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html"""

SHARE_PERCENT = (0.0, 100.0)

LATENCY_MILLISECONDS = (1.0, 300_000.0)
"""API Gateway tells whole milliseconds; above the longest timeout of an integration no answer is slow."""

MODEL_LATENCY_MILLISECONDS = (0.0, 60_000.0)
"""SageMaker waits a minute for a container: https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-inference-code.html"""

LATENCY_THRESHOLDS_MAX = 20
"""Ours, from AWS's 100 metric filters a log group (botocore logs, PutMetricFilter): two for each threshold, with room
for those of a rollout that began under other settings."""
