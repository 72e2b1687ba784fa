"""Laws: what is true of any server of a kind, said once over the operations of its document."""
