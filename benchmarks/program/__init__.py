"""How long the program takes under Pulumi's mocks, and how much it registers, as releases and routes grow."""
