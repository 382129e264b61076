"""Everything that touches private singer-sdk code, each place with its reason: what a new SDK release may break.

`tap` overrides two methods, `stream` calls two. All else the tap does through hooks the SDK is meant to be used by.
"""
