"""SHOWS: a Report in a terminal, as JSON, and in a notebook. Neither torch nor libcst is loaded here, and nothing is computed."""
