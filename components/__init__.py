"""The AWS resources, as components: Args in, Outputs out.

The only room that imports pulumi (the program and its reading of the configuration excepted). It knows nothing of
settings, stacks or releases: documents, names and policies' subjects arrive as plain text in Args, because what
is plain text is known at every preview and can be hashed, compared and refused.
"""
