cluster_name = "main"
teams = {
  cart    = { namespace = "shop", account = "cart" }
  billing = { namespace = "finance", account = "billing-worker" }
}
