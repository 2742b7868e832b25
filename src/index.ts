// What may others call? The stages, the data they pass on, and the errors they throw.
