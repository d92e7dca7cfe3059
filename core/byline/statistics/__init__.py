"""Many commits counted: who wrote how much, by model, agent, folder, author and time, and what is left."""
