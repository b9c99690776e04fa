"""CloudFormation: change sets, deploys in the order of the template's dependencies, rollback.

moto makes a stack in the order of the file within one call, removes before it creates, and never waits: a
service would not be steady before what depends on it. Here a stack is deployed as CloudFormation does it, and
a resource is made by calling its service's own API.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/updating.stacks.walkthrough.html
"""
