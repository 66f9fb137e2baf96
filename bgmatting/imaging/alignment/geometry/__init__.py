"""How the camera moved between the two photos, and the background seen from the source's place."""
