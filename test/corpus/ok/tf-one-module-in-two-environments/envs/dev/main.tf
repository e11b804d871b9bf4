module "app" {
  source       = "../../modules/app"
  cluster_name = "main"
  namespace    = "shop"
}
