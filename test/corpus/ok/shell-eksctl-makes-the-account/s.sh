#!/bin/bash
eksctl create iamserviceaccount --name cart --namespace shop --cluster blue --attach-role-arn arn:aws:iam::111122223333:role/cart --override-existing-serviceaccounts --approve
