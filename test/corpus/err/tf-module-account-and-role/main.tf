module "cart" {
  source    = "./modules/service"
  name      = "cart"
  namespace = "shop"
}

module "till" {
  source    = "./modules/service"
  name      = "till"
  namespace = "shop"
}
