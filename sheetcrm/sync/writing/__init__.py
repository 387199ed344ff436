"""What people's programs want written → cells, rows and what became of them; `sync.save` has the functions to call."""
