package decode

import (
	"mbxperm/collector"
	"mbxperm/model"
)

// connectorSettings are those of a receive connector (exchange-facts 8). Its
// permission groups are no attribute: they follow from its descriptor.
var connectorSettings = []settingOf{
	{name: "Bindings", attribute: "msExchSmtpReceiveBindings"},
	{name: "RemoteIPRanges", attribute: "msExchSmtpReceiveRemoteIPRanges"},
	{name: "AuthMechanism", attribute: "msExchSMTPReceiveInboundSecurityFlag"},
	{name: "RequireEHLODomain", attribute: "msExchSmtpReceiveProtocolRestrictions", bits: 4},
	{name: "RequireTLS", attribute: "msExchSmtpReceiveProtocolRestrictions", bits: 8},
	{name: "EnableAuthGSSAPI", attribute: "msExchSmtpReceiveProtocolRestrictions", bits: 16},
	{name: "ProtocolOptions", attribute: "msExchSmtpReceiveProtocolOptions"},
	{name: "Enabled", attribute: "msExchSmtpReceiveEnabled"},
	{name: "Fqdn", attribute: "msExchSMTPReceiveConnectorFQDN"},
	{name: "Banner", attribute: "msExchSmtpReceiveBanner"},
	{name: "MaxMessageSize", attribute: "msExchSmtpReceiveMaxMessageSize"},
	{name: "MaxRecipientsPerMessage", attribute: "msExchSmtpReceiveMaxRecipientsPerMessage"},
	{name: "ProtocolLoggingLevel", attribute: "msExchSmtpReceiveProtocolLoggingLevel"},
	{name: "TlsCertificateName", attribute: "msExchSmtpTLSCertificate"},
	{name: "TarpitInterval", attribute: "msExchSmtpReceiveTarpitInterval"},
	{name: "ExtendedProtectionPolicy", attribute: "msExchSMTPExtendedProtectionPolicy"},
	{name: "TransportRole", attribute: "msExchSmtpReceiveRole"},
}

var hasConnector = &evidence{"receive connector", func(_ *collector.Entry, set *classSet) bool { return set.class == model.ClassConnector }}

// connector is a receive connector: where SMTP is spoken with whom, and, by its
// descriptor, who may do what there.
var connector = kind{
	classes: []class{{"msexchsmtpreceiveconnector", model.ClassConnector}},
	decode: func(d *decoder, e *collector.Entry, set *classSet) {
		d.putDoor(e, set, model.DoorConnector, commonSettings, connectorSettings)
	},
}
