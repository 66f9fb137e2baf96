"""How the light changed between the two photos, and the background relit."""
