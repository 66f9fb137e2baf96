"""The background photo made to fit the source: moved (`geometry`) and relit (`light`)."""
