resource "aws_eks_pod_identity_association" "cart" {
  cluster_name    = "blue"
  namespace       = "shop"
  service_account = "cart"
  role_arn        = "arn:aws:iam::111122223333:role/cart-pod-identity"
}
