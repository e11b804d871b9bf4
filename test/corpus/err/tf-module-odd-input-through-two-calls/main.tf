module "app" {
  source = "./modules/app"
  ns     = "Shop"
}
