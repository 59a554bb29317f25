"""`canary registry`: the releases of a stack's store, and `canary invoke`: one of them asked directly."""
