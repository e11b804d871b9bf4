module "app" {
  source       = "./app"
  cluster_name = "main"
  namespace    = "shop"
}

module "again" {
  source       = "./app"
  cluster_name = "main"
  namespace    = "shop"
}
