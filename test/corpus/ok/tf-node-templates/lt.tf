resource "aws_launch_template" "eks" {
  name_prefix = "eks-"
  metadata_options {
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }
}

resource "aws_launch_template" "bastion" {
  name_prefix = "bastion-"
  metadata_options {
    http_tokens = "optional"
  }
}

resource "aws_launch_template" "eks_default" {
  name = "eks-default"
}

resource "aws_instance" "jump" {
  ami           = "ami-0a1b2c"
  instance_type = "t4g.nano"
  metadata_options {
    http_tokens = "optional"
  }
}
