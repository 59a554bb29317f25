"""What can go wrong in training.

TrainingError
├── RatingsError            the ratings cannot be had, or are not the ones that were asked for
│   ├── UnreachableError    no source answered; says how to point to a local copy
│   └── DamagedRatingsError a download or copy is not MovieLens-100K, byte for byte or row for row
├── HyperparameterError     a hyperparameter is out of its bounds
├── TooFewRatingsError      what is left of the ratings is not enough to train on or to measure with
├── ArchiveError            a model archive is cut short, damaged or not one of ours
├── JobError                a job on SageMaker did not give a release
│   ├── PlaceError          where it would run is not there: bucket, image, SDK, credentials, or AWS refused the call
│   ├── JobFailedError      it failed or was stopped; has the reason and the last lines of its log
│   ├── JobTimeoutError     it did not end within its bound, and was told to stop
│   └── JobAnswerError      what went in or came out is not what the algorithm's documentation says
├── WorseReleaseError       the new release is worse than the stable one by more than the margin
└── IncomparableError       the two releases were measured in different ways
"""


class TrainingError(Exception):
    """Training stopped; the message says what, the bound, the value and what to do."""

    exit_code = 1


class RatingsError(TrainingError):
    """The ratings cannot be used."""


class UnreachableError(RatingsError):
    """No source of the ratings answered, and there is no local copy."""


class DamagedRatingsError(RatingsError):
    """What was read is not MovieLens-100K. A download like this is never cached."""


class HyperparameterError(TrainingError):
    """A hyperparameter is out of its bounds."""


class TooFewRatingsError(TrainingError):
    """A part of the ratings is empty, so nothing can be learned from it or measured with it."""


class ArchiveError(TrainingError):
    """A `model.tar.gz` cannot be read: cut short, damaged, or made by something else."""


class JobError(TrainingError):
    """A job on SageMaker did not give a release."""


class PlaceError(JobError):
    """A job cannot run there: no such bucket or image, no SDK, no credentials, or AWS refused a call."""


class JobFailedError(JobError):
    """A job failed, or was stopped. The message has SageMaker's reason and the last lines of the job's log."""


class JobTimeoutError(JobError):
    """A job did not end within the time that it was waited for."""


class JobAnswerError(JobError):
    """A built-in algorithm's input or output is not what its documentation says."""


class WorseReleaseError(TrainingError):
    """The new release's error is above the stable one's by more than the stated margin."""


class IncomparableError(TrainingError):
    """Two releases' figures come from different protocols, so neither can be called the better one."""
