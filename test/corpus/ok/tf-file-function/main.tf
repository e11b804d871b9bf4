resource "aws_iam_role" "web" {
  name               = "web"
  assume_role_policy = file("${path.module}/policies/web-trust.json")
}
