cluster_name = "main"
teams = {
  cart    = { namespace = "shop", account = "*" }
  billing = { namespace = "finance", account = "billing-worker" }
}
