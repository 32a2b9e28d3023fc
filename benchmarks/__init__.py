"""What measures ovmr-index at real scale: a maker of dataset trees and what it times."""
