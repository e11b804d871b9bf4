data "aws_iam_policy_document" "combined" {
  source_policy_documents   = [module.base.trust_json, var.extra_trust]
  override_policy_documents = var.overrides
}

resource "aws_iam_role" "x" {
  assume_role_policy = data.aws_iam_policy_document.combined.json
}
