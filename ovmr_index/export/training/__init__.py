"""What code bases open by default: said as data, made as links and exports, and checked."""
