import { aws_ec2 as ec2, aws_elasticloadbalancingv2 as elbv2 } from 'aws-cdk-lib'
import type { Construct } from 'constructs'
import type { Settings } from './props.js'

export interface LoadBalancer {
  readonly loadBalancer: elbv2.CfnLoadBalancer
  /** The HTTPS listener; the rules are on it. */
  readonly listener: elbv2.CfnListener
  /** From HTTP to HTTPS. */
  readonly redirect: elbv2.CfnListener
}

/** TLS 1.2 and 1.3 with forward secrecy. */
const SSL_POLICY = 'ELBSecurityPolicy-TLS13-1-2-2021-06'

/** A load balancer with a listener for HTTPS and one that redirects HTTP to it. */
export function createLoadBalancer(scope: Construct, settings: Settings): LoadBalancer {
  const securityGroup = new ec2.CfnSecurityGroup(scope, 'LoadBalancerSecurityGroup', {
    groupDescription: `Load balancer of ${settings.name}`,
    vpcId: settings.vpcId,
    securityGroupIngress: [80, 443].map((port) => ({
      ipProtocol: 'tcp',
      fromPort: port,
      toPort: port,
      cidrIp: settings.ingressCidr,
    })),
    securityGroupEgress: [{ ipProtocol: '-1', cidrIp: '0.0.0.0/0' }],
  })
  const loadBalancer = new elbv2.CfnLoadBalancer(scope, 'LoadBalancer', {
    name: settings.name,
    type: 'application',
    scheme: settings.loadBalancerScheme,
    ipAddressType: 'ipv4',
    subnets: [...settings.loadBalancerSubnetIds],
    securityGroups: [securityGroup.attrGroupId],
    loadBalancerAttributes: [
      { key: 'idle_timeout.timeout_seconds', value: String(settings.idleTimeoutSeconds) },
    ],
  })
  const listener = new elbv2.CfnListener(scope, 'HttpsListener', {
    loadBalancerArn: loadBalancer.ref,
    port: 443,
    protocol: 'HTTPS',
    sslPolicy: SSL_POLICY,
    certificates: [{ certificateArn: settings.certificateArn }],
    // What no rule matches.
    defaultActions: [
      {
        type: 'fixed-response',
        fixedResponseConfig: {
          statusCode: '404',
          contentType: 'text/plain',
          messageBody: 'Not found',
        },
      },
    ],
  })
  const redirect = new elbv2.CfnListener(scope, 'HttpListener', {
    loadBalancerArn: loadBalancer.ref,
    port: 80,
    protocol: 'HTTP',
    defaultActions: [
      {
        type: 'redirect',
        redirectConfig: { protocol: 'HTTPS', port: '443', statusCode: 'HTTP_301' },
      },
    ],
  })
  return { loadBalancer, listener, redirect }
}
