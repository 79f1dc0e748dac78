from .deep import through_package as through_package
