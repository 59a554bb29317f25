"""What the settings give to the next release that is registered in a stack. Pure."""

from releases.model import Scaling, Serving
from settings.model import ServingSettings


def registered_serving(serving: ServingSettings) -> Serving:
    """Return what a release registered now keeps for ever, whatever the settings say later."""
    scaling = serving.autoscaling
    return Serving(
        instance_type=serving.instance_type,
        instance_count=serving.instance_count,
        scaling=scaling
        and Scaling(
            min_instances=scaling.min_instances,
            max_instances=scaling.max_instances,
            target_invocations_per_instance=scaling.target_invocations_per_instance,
            scale_in_cooldown_seconds=scaling.scale_in_cooldown_seconds,
            scale_out_cooldown_seconds=scaling.scale_out_cooldown_seconds,
        ),
    )
