"""Photo pairs with known mattes, made: subjects before scenes, photographed twice."""
