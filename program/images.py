"""Which image runs a framework, region by region. Pure.

SageMaker's own images lie in a registry of their own in each region. The accounts are those of the SageMaker Python
SDK 3.27, sagemaker/core/image_uri_config/sklearn.json and object2vec.json; a test compares every region with what the
SDK's `image_uris` says. A table and neither that nor `getPrebuiltEcrImage`, because the image is part of the model's
name-giving identity: it may not change because a provider or an SDK was updated, and previews, mocks and a machine
without the SDK must know it without asking anybody.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from components.cloud import Cloud
from program.errors import ImageError
from releases.model import Framework


@dataclass(frozen=True, slots=True, kw_only=True)
class _Images:
    """`tag` has the version in braces; `accounts` maps a region to the account of its registry."""

    repository: str
    tag: str
    versions: tuple[str, ...]
    accounts: Mapping[str, str]


_SKLEARN = {
    "af-south-1": "510948584623",
    "ap-east-1": "651117190479",
    "ap-northeast-1": "354813040037",
    "ap-northeast-2": "366743142698",
    "ap-northeast-3": "867004704886",
    "ap-south-1": "720646828776",
    "ap-south-2": "628508329040",
    "ap-southeast-1": "121021644041",
    "ap-southeast-2": "783357654285",
    "ap-southeast-3": "951798379941",
    "ap-southeast-4": "106583098589",
    "ca-central-1": "341280168497",
    "ca-west-1": "190319476487",
    "cn-north-1": "450853457545",
    "cn-northwest-1": "451049120500",
    "eu-central-1": "492215442770",
    "eu-central-2": "680994064768",
    "eu-north-1": "662702820516",
    "eu-south-1": "978288397137",
    "eu-south-2": "104374241257",
    "eu-west-1": "141502667606",
    "eu-west-2": "764974769150",
    "eu-west-3": "659782779980",
    "il-central-1": "898809789911",
    "me-central-1": "272398656194",
    "me-south-1": "801668240914",
    "sa-east-1": "737474898029",
    "us-east-1": "683313688378",
    "us-east-2": "257758044811",
    "us-gov-east-1": "237065988967",
    "us-gov-west-1": "414596584902",
    "us-iso-east-1": "833128469047",
    "us-isob-east-1": "281123927165",
    "us-isof-east-1": "108575199400",
    "us-isof-south-1": "124985052026",
    "us-west-1": "746614075791",
    "us-west-2": "246618743249",
}
_OBJECT2VEC = {
    "af-south-1": "455444449433",
    "ap-east-1": "286214385809",
    "ap-northeast-1": "351501993468",
    "ap-northeast-2": "835164637446",
    "ap-northeast-3": "867004704886",
    "ap-south-1": "991648021394",
    "ap-south-2": "628508329040",
    "ap-southeast-1": "475088953585",
    "ap-southeast-2": "712309505854",
    "ap-southeast-3": "951798379941",
    "ap-southeast-4": "106583098589",
    "ca-central-1": "469771592824",
    "ca-west-1": "190319476487",
    "cn-north-1": "390948362332",
    "cn-northwest-1": "387376663083",
    "eu-central-1": "664544806723",
    "eu-central-2": "680994064768",
    "eu-north-1": "669576153137",
    "eu-south-1": "257386234256",
    "eu-south-2": "104374241257",
    "eu-west-1": "438346466558",
    "eu-west-2": "644912444149",
    "eu-west-3": "749696950732",
    "il-central-1": "898809789911",
    "me-central-1": "272398656194",
    "me-south-1": "249704162688",
    "sa-east-1": "855470959533",
    "us-east-1": "382416733822",
    "us-east-2": "404615174143",
    "us-gov-east-1": "237065988967",
    "us-gov-west-1": "226302683700",
    "us-iso-east-1": "490574956308",
    "us-isob-east-1": "765400339828",
    "us-isof-east-1": "108575199400",
    "us-isof-south-1": "124985052026",
    "us-west-1": "632365934929",
    "us-west-2": "174872318107",
}
IMAGES = {
    "sklearn": _Images(
        repository="sagemaker-scikit-learn",
        tag="{version}-cpu-py3",
        versions=("0.20.0", "0.23-1", "1.0-1", "1.2-1", "1.4-2-py312"),
        accounts=_SKLEARN,
    ),
    "object2vec": _Images(repository="object2vec", tag="{version}", versions=("1",), accounts=_OBJECT2VEC),
}


def image_of(framework: Framework, cloud: Cloud) -> str:
    """Return the image that a release names, or the one of its framework and version in this region.

    Raises:
        ImageError: the framework, its version or the region is in no table; the message names those that are.
    """
    if framework.image is not None:
        return framework.image
    images = IMAGES.get(framework.name)
    if images is None:
        raise ImageError(_unknown("framework", framework.name, IMAGES))
    if framework.version not in images.versions:
        raise ImageError(_unknown(f"{framework.name} version", framework.version, images.versions))
    account = images.accounts.get(cloud.region)
    if account is None:
        raise ImageError(_unknown(f"region with {framework.name} images", cloud.region, images.accounts))
    host = f"{account}.dkr.ecr.{cloud.region}.{cloud.dns_suffix}"
    return f"{host}/{images.repository}:{images.tag.format(version=framework.version)}"


def images_in(cloud: Cloud) -> tuple[str, ...]:
    """Return one image of each framework that has images in this region: what jobs of the stack may pull."""
    found = [(name, each) for name, each in IMAGES.items() if cloud.region in each.accounts]
    return tuple(image_of(Framework(name=name, version=each.versions[-1]), cloud) for name, each in found)


def _unknown(what: str, value: str, known: Mapping[str, object] | tuple[str, ...]) -> str:
    there = ", ".join(known)
    return f"no {what} {value!r} is known; there are: {there}. Take one of them, or register the release with an image"
