"""Settings: a stack's configuration, typed, checked and described. Pure, but for the reading of stack files.

`parse` turns the whole raw mapping into one frozen `Settings` or raises `SettingsError` with every fault.
`store_uri` reads the store's address alone, before the releases in it are known.
"""

from settings.errors import Fault, SettingsError, StackFileError
from settings.model import (
    PROJECT,
    ApiSettings,
    AutoscalingSettings,
    CanarySettings,
    DataCaptureSettings,
    LoggingSettings,
    ServingSettings,
    Settings,
    ThrottlingSettings,
)
from settings.observing import AlarmSettings, ObservabilitySettings
from settings.parsing import parse, store_uri
from settings.registration import registered_serving
from settings.vocabulary import AuthorizationType, EndpointType, LogLevel

__all__ = [
    "PROJECT",
    "AlarmSettings",
    "ApiSettings",
    "AuthorizationType",
    "AutoscalingSettings",
    "CanarySettings",
    "DataCaptureSettings",
    "EndpointType",
    "Fault",
    "LogLevel",
    "LoggingSettings",
    "ObservabilitySettings",
    "ServingSettings",
    "Settings",
    "SettingsError",
    "StackFileError",
    "ThrottlingSettings",
    "parse",
    "registered_serving",
    "store_uri",
]
