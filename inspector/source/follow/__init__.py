"""Follows a call through source text: statements, expressions, attributes and calls, with what is known of each value.

In: a Library and the values a call begins with. Out: steps. Only torch and the subject's own package are followed.
"""
