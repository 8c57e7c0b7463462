/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How notices lay out whom they are about (see t-notices): tables, bullets, names, sentences. */
#include "notices.h"

static const struct notice_row rows[] = {
	{ "a table",
		"Return-Path: <>\nFrom: Mail System <postmaster@corp.example>\nTo: me@home.example\n"
		"Subject: Non-delivery report\n\nThe following recipients did not receive your message:\n\n"
		"Recipient              Status   Reason\n---------------------  -------  ----------------\n"
		"kim@far.example        5.1.1    unknown user\nlee@far.example        5.2.2    mailbox full\n",
		"bounce kim@far.example failed 5.1.1 lee@far.example failed 5.2.2" },
	{ "bullets",
		"Return-Path: <>\nFrom: Mail System <postmaster@corp.example>\nTo: me@home.example\n"
		"Subject: Delivery failed\nContent-Type: text/plain; charset=utf-8\n\nDelivery to these addresses failed:\n\n"
		"  • kim@far.example\n  • lee@far.example\n\nReason: domain does not exist\n",
		"bounce kim@far.example failed - lee@far.example failed -" },
	{ "three in a sentence",
		"Return-Path: <>\nFrom: postmaster@corp.example\nTo: me@home.example\nSubject: Undeliverable\n\n"
		"The message could not be delivered to kim@far.example, lee@far.example and jo@far.example.\n",
		"bounce kim@far.example failed - lee@far.example failed - jo@far.example failed -" },
	{ "a name, and the address in brackets",
		"Return-Path: <>\nFrom: postmaster@corp.example\nTo: me@home.example\nSubject: Undeliverable: Hello\n\n"
		"Your message did not reach the following recipients:\n\nKim Minji (kim@far.example)\n"
		"    The mailbox is full.\n",
		"bounce kim@far.example failed -" },
	{ "a quoted name",
		"Return-Path: <>\nFrom: postmaster@corp.example\nTo: me@home.example\nSubject: Undeliverable: Hello\n\n"
		"Your message did not reach the following recipients:\n\n\"Kim, Minji\" <kim@far.example>\n"
		"    The mailbox is full.\n",
		"bounce kim@far.example failed -" },
	{ "PMDF",
		"Return-Path: <>\nFrom: PMDF e-Mail Interconnect <postmaster@pmdf.example>\nTo: me@home.example\n"
		"Subject: Delivery report\n\nThis is a report on the delivery of your message.\n\n"
		"Your message was not delivered to the following recipients:\n\n  Addressee: kim@far.example\n"
		"  Reason: unknown host or domain\n",
		"bounce kim@far.example failed -" },
	{ "French, a full mailbox",
		"Return-Path: <>\nFrom: postmaster@free.example\nTo: me@home.example\nSubject: Erreur de distribution\n"
		"Content-Type: text/plain; charset=utf-8\n\nLe message que vous avez envoyé n'a pas été distribué :\n\n"
		"<luc@free.example> : boîte pleine\n",
		"bounce luc@free.example failed -" },
	{ "a list with codes",
		"Return-Path: <>\nFrom: Mail Delivery Service <postmaster@libero.example>\nTo: me@home.example\n"
		"Subject: Delivery Status Notification\n\n"
		"- These recipients of your message have been processed by the mail server:\n"
		"gio@libero.example; Failed; 5.1.1 (bad destination mailbox address)\n\n"
		"    Remote MTA mx.libero.example: SMTP diagnostic: 550 RCPT TO:<gio@libero.example> User unknown\n",
		"bounce gio@libero.example failed 5.1.1" },
	{ "Japanese, its subject in other words",
		"Return-Path: <>\nFrom: postmaster@ocn.example\nTo: me@home.example\nSubject: メール不達のお知らせ\n"
		"Content-Type: text/plain; charset=utf-8\n\nお客様が送信されたメールは、以下の理由により配送できませんでした。\n\n送信先アドレス：sato@ocn.example\n"
		"理由：メールボックスの容量超過\n",
		"bounce sato@ocn.example failed -" },
	{ "Spanish, waits",
		"Return-Path: <>\nFrom: MAILER-DAEMON@relay.example\nTo: me@home.example\nSubject: Aviso: mensaje en espera\n"
		"Content-Type: text/plain; charset=utf-8\n\n"
		"Su mensaje para ana@far.example todavía no ha podido entregarse. Seguiremos intentándolo durante 4 días.\n",
		"bounce ana@far.example delayed -" },
	{ "French, waits",
		"Return-Path: <>\nFrom: MAILER-DAEMON@relay.example\nTo: me@home.example\nSubject: Avertissement\n"
		"Content-Type: text/plain; charset=utf-8\n\n"
		"Votre message pour luc@far.example n'a pas encore pu être délivré. Le serveur réessaiera pendant 4 jours.\n",
		"bounce luc@far.example delayed -" },
	{ "a report whose fields stand in another order",
		"Return-Path: <>\nFrom: Mail Delivery System <MAILER-DAEMON@mx.example>\nTo: me@home.example\n"
		"Subject: Undelivered Mail Returned to Sender\n"
		"Content-Type: multipart/report; report-type=delivery-status; boundary=\"B\"\n\n--B\n\nSorry.\n\n--B\n"
		"Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\nStatus: 5.1.1\nAction: failed\n"
		"Final-Recipient: rfc822; a@far.example\n\n--B\nContent-Type: message/rfc822\n\n"
		"Received: from [192.0.2.15] by mail.home.example\nMessage-ID: <orig-77@home.example>\n"
		"Date: Mon, 2 Mar 2026 10:00:00 +0900\nFrom: Me <me@home.example>\nTo: someone@far.example\n"
		"Subject: March figures\n\nHello, here are the figures.\n--B--\n",
		"dsn a@far.example failed 5.1.1" },
	{ "could not be found",
		"Return-Path: <>\nFrom: Juno Postmaster <postmaster@juno.example>\nTo: me@home.example\n"
		"Subject: Message undeliverable\n\n"
		"We are sorry, but the Juno address kim@juno.example could not be found. Your message is returned below.\n\n"
		"Received: from [192.0.2.15] by mail.home.example\nMessage-ID: <orig-77@home.example>\n"
		"Date: Mon, 2 Mar 2026 10:00:00 +0900\nFrom: Me <me@home.example>\nTo: kim@juno.example\n"
		"Subject: March figures\n\nHello, here are the figures.\n",
		"bounce kim@juno.example failed -" },
	{ "an arrow",
		"Return-Path: <>\nFrom: MAILER-DAEMON@relay.example\nTo: me@home.example\nSubject: Nondeliverable mail\n\n"
		"Message was not delivered to one or more recipients.\n\n===> kim@far.example\nReason: unknown user\n",
		"bounce kim@far.example failed -" },
	{ "German, turned away",
		"Return-Path: <>\nFrom: Mail-Gateway <postmaster@gw.example>\nTo: me@home.example\n"
		"Subject: E-Mail abgewiesen\n\nIhre E-Mail an kim@far.example wurde abgewiesen: Anhang nicht erlaubt.\n",
		"bounce kim@far.example failed -" },
	{ "Portuguese, turned away",
		"Return-Path: <>\nFrom: MAILER-DAEMON@br.example\nTo: me@home.example\nSubject: Mensagem rejeitada\n\n"
		"Sua mensagem para kim@far.example foi rejeitada pelo filtro.\n",
		"bounce kim@far.example failed -" },
	{ "IIS, on its way",
		"Return-Path: <>\nFrom: postmaster@iis.example\nTo: me@home.example\n"
		"Subject: Delivery Status Notification (Relay)\n\n"
		"This is an automatically generated Delivery Status Notification.\n\n"
		"Your message has been successfully relayed to the following recipients, but the requested delivery status "
		"notifications may not be generated by the destination.\n\n       kim@far.example\n",
		"bounce kim@far.example relayed -" },
	{ "Exchange of old, delivered",
		"Return-Path: <>\nFrom: System Administrator <postmaster@ex.example>\nTo: me@home.example\n"
		"Subject: Delivered: hi\n\nYour message\n\n  To:  kim@far.example\n  Subject: hi\n\n"
		"was delivered to the following recipient(s):\n\nkim@far.example on Mon, 2 Mar 2026 10:00\n",
		"bounce kim@far.example delivered -" },
	{ "one address only",
		"Return-Path: <>\nFrom: MAILER-DAEMON@relay.example\nTo: me@home.example\nSubject: Delivery status\n\n"
		"We could not reach the server of kim@far.example. We will try again for 24 hours and let you know if it fails.\n",
		"bounce kim@far.example delayed -" },
	{ "absence, Notes",
		"Return-Path: <kim@far.example>\nFrom: Kim <kim@far.example>\nTo: me@home.example\n"
		"Subject: Kim Minji is out of the office.\nAuto-Submitted: auto-generated\n\n"
		"I will be out of the office starting  02.03.2026 and will not return until 09.03.2026.\n",
		"vacation kim@far.example - -" },
	{ "it quotes a subject of goods",
		"Return-Path: <>\nFrom: Mail Delivery Subsystem <postmaster@sf.example>\nTo: me@home.example\n"
		"Subject: Undeliverable: invoice copy\n\n"
		"Your email message was not delivered because the recipient address is invalid: kim@far.example\n",
		"bounce kim@far.example failed -" },
	{ "numbers in brackets",
		"Return-Path: <>\nFrom: postmaster@kr.example\nTo: me@home.example\nSubject: 메일 전송 실패 안내\n"
		"Content-Type: text/plain; charset=utf-8\n\n메일 전송에 실패한 수신자 목록입니다.\n\n1) kim@far.example : 사용자 없음\n"
		"2) lee@far.example : 용량 초과\n",
		"bounce kim@far.example failed - lee@far.example failed -" },
	{ "a dot in the middle",
		"Return-Path: <>\nFrom: postmaster@dm.example\nTo: me@home.example\nSubject: 送信失敗のお知らせ\n"
		"Content-Type: text/plain; charset=utf-8\n\n■送信に失敗した宛先\n  ・kim@far.example\n\n■理由\n  存在しないアドレスです\n",
		"bounce kim@far.example failed -" },
	{ "behind its reason",
		"Return-Path: <>\nFrom: MAILER-DAEMON@relay.example\nTo: me@home.example\nSubject: Mail delivery problem\n\n"
		"The following errors occurred:\n\nHost not found: kim@far.example\n",
		"bounce kim@far.example failed -" },
	{ "who sent it, and to whom",
		"Return-Path: <>\nFrom: MAILER-DAEMON@relay.example\nTo: me@home.example\nSubject: Undeliverable mail\n\n"
		"A message from <me@home.example> to <kim@far.example> could not be delivered.\n\nReason: policy\n",
		"bounce kim@far.example failed -" },
	{ "Exim's field",
		"Return-Path: <>\nFrom: Mail Delivery System <Mailer-Daemon@ex.example>\nTo: me@home.example\n"
		"Subject: Mail failure - no recipient addresses\nX-Failed-Recipients: kim@far.example\n\n"
		"This message was created automatically by mail delivery software.\n\n"
		"A message that you sent contained no recipient addresses that were valid: all failed.\n\n"
		"  kim@far.example: all relevant MX records point to non-existent hosts\n",
		"bounce kim@far.example failed -" },
	{ "qmail, another address on its way",
		"Return-Path: <>\nFrom: MAILER-DAEMON@relay.example\nTo: me@home.example\nSubject: failure notice\n\n"
		"Hi. This is the qmail-send program at relay.example.\n"
		"I'm afraid I wasn't able to deliver your message to the following addresses.\n"
		"This is a permanent error; I've given up. Sorry it didn't work out.\n\n<kim@far.example>:\n"
		"User and password not set, continuing without authentication.\n"
		"<kim@inner.example> 192.0.2.9 failed after I sent the message.\nRemote host said: 554 Transaction failed\n\n"
		"--- Below this line is a copy of the message.\n\nReceived: from [192.0.2.15] by mail.home.example\n"
		"Message-ID: <orig-77@home.example>\nDate: Mon, 2 Mar 2026 10:00:00 +0900\nFrom: Me <me@home.example>\n"
		"To: kim@far.example\nSubject: March figures\n\nHello, here are the figures.\n",
		"bounce kim@far.example failed 5.0.0" },
	{ "full, and late",
		"Return-Path: <>\nFrom: MAILER-DAEMON@relay.example\nTo: me@home.example\nSubject: Warning: mailbox full\n\n"
		"The mailbox of kim@far.example is full. We will keep trying to deliver your message for three days.\n",
		"bounce kim@far.example delayed -" },
	{ "delivered, in a sentence",
		"Return-Path: <>\nFrom: MAILER-DAEMON@relay.example\nTo: me@home.example\n"
		"Subject: Delivery notification: success\n\nYour message was successfully delivered to kim@far.example.\n",
		"bounce kim@far.example delivered -" },
	{ "Exim, frozen",
		"Return-Path: <>\nFrom: Mail Delivery System <Mailer-Daemon@ex.example>\nTo: postmaster@home.example\n"
		"Subject: Message 1abcDE-0001xy-00 frozen\n\n"
		"Message 1abcDE-0001xy-00 has been frozen (delivery error message).\nThe sender is <>.\n\n"
		"The following address(es) have yet to be delivered:\n\n  kim@far.example: Connection refused\n",
		"bounce kim@far.example delayed -" },
	{ "Japanese, held back by a filter",
		"Return-Path: <>\nFrom: postmaster@jp.example\nTo: me@home.example\nSubject: 送信拒否通知\n"
		"Content-Type: text/plain; charset=utf-8\n\n添付ファイルが規定のサイズを超えているため、送信されませんでした。\n\n送信先: kim@far.example\n",
		"bounce kim@far.example failed -" },
	{ "German, delivered",
		"Return-Path: <>\nFrom: Microsoft Exchange <postmaster@ex.example>\nTo: me@home.example\n"
		"Subject: Zugestellt: hi\nContent-Type: text/plain; charset=utf-8\n\n"
		"Ihre Nachricht wurde an folgende Empfänger zugestellt:\n\nkim@far.example\n\nBetreff: hi\n",
		"bounce kim@far.example delivered -" },
	{ "a report with a blank line too many",
		"Return-Path: <>\nFrom: Mail Delivery System <MAILER-DAEMON@mx.example>\nTo: me@home.example\n"
		"Subject: Undelivered Mail Returned to Sender\n"
		"Content-Type: multipart/report; report-type=delivery-status; boundary=\"B\"\n\n--B\n\nSorry.\n\n--B\n"
		"Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\n"
		"Final-Recipient: rfc822; a@far.example\n\nAction: failed\nStatus: 5.1.1\n\n--B\n"
		"Content-Type: message/rfc822\n\nReceived: from [192.0.2.15] by mail.home.example\n"
		"Message-ID: <orig-77@home.example>\nDate: Mon, 2 Mar 2026 10:00:00 +0900\nFrom: Me <me@home.example>\n"
		"To: someone@far.example\nSubject: March figures\n\nHello, here are the figures.\n--B--\n",
		"dsn a@far.example failed 5.1.1" },
	{ "... with one between all fields",
		"Return-Path: <>\nFrom: Mail Delivery System <MAILER-DAEMON@mx.example>\nTo: me@home.example\n"
		"Subject: Undelivered Mail Returned to Sender\n"
		"Content-Type: multipart/report; report-type=delivery-status; boundary=\"B\"\n\n--B\n\nSorry.\n\n--B\n"
		"Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\n"
		"Original-Recipient: rfc822;a@far.example\n\nFinal-Recipient: rfc822; a@far.example\n\nAction: failed\n\n"
		"Status: 5.1.1\n\nDiagnostic-Code: smtp; 550 5.1.1 no\n\n--B\nContent-Type: message/rfc822\n\n"
		"Received: from [192.0.2.15] by mail.home.example\nMessage-ID: <orig-77@home.example>\n"
		"Date: Mon, 2 Mar 2026 10:00:00 +0900\nFrom: Me <me@home.example>\nTo: someone@far.example\n"
		"Subject: March figures\n\nHello, here are the figures.\n--B--\n",
		"dsn a@far.example failed 5.1.1" },
	{ "... of two",
		"Return-Path: <>\nFrom: Mail Delivery System <MAILER-DAEMON@mx.example>\nTo: me@home.example\n"
		"Subject: Undelivered Mail Returned to Sender\n"
		"Content-Type: multipart/report; report-type=delivery-status; boundary=\"B\"\n\n--B\n\nSorry.\n\n--B\n"
		"Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\n"
		"Final-Recipient: rfc822; a@far.example\n\nAction: failed\nStatus: 5.1.1\n\n"
		"Final-Recipient: rfc822; b@far.example\n\nAction: delayed\nStatus: 4.2.2\n\n--B\n"
		"Content-Type: message/rfc822\n\nReceived: from [192.0.2.15] by mail.home.example\n"
		"Message-ID: <orig-77@home.example>\nDate: Mon, 2 Mar 2026 10:00:00 +0900\nFrom: Me <me@home.example>\n"
		"To: someone@far.example\nSubject: March figures\n\nHello, here are the figures.\n--B--\n",
		"dsn a@far.example failed 5.1.1 b@far.example delayed 4.2.2" },
	{ "... whose recipients stand last",
		"Return-Path: <>\nFrom: Mail Delivery System <MAILER-DAEMON@mx.example>\nTo: me@home.example\n"
		"Subject: Undelivered Mail Returned to Sender\n"
		"Content-Type: multipart/report; report-type=delivery-status; boundary=\"B\"\n\n--B\n\nSorry.\n\n--B\n"
		"Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\nAction: failed\nStatus: 5.1.1\n"
		"Final-Recipient: rfc822;a@far.example\n\nAction: failed\nStatus: 5.1.2\n"
		"Final-Recipient: rfc822;b@far.example\n\n--B\nContent-Type: message/rfc822\n\n"
		"Received: from [192.0.2.15] by mail.home.example\nMessage-ID: <orig-77@home.example>\n"
		"Date: Mon, 2 Mar 2026 10:00:00 +0900\nFrom: Me <me@home.example>\nTo: someone@far.example\n"
		"Subject: March figures\n\nHello, here are the figures.\n--B--\n",
		"dsn a@far.example failed 5.1.1 b@far.example failed 5.1.2" },
	{ "a report that names nobody",
		"Return-Path: <>\nFrom: Mail Delivery System <MAILER-DAEMON@mx.example>\nTo: me@home.example\n"
		"Subject: Undelivered Mail Returned to Sender\n"
		"Content-Type: multipart/report; report-type=delivery-status; boundary=\"B\"\n\n--B\n\n"
		"Could not be delivered to:\n\nkim@far.example\n\n--B\nContent-Type: message/delivery-status\n\n"
		"Reporting-MTA: dns; mx.example\n\nAction: failed\nStatus: 5.1.1\n\n--B\nContent-Type: message/rfc822\n\n"
		"Received: from [192.0.2.15] by mail.home.example\nMessage-ID: <orig-77@home.example>\n"
		"Date: Mon, 2 Mar 2026 10:00:00 +0900\nFrom: Me <me@home.example>\nTo: someone@far.example\n"
		"Subject: March figures\n\nHello, here are the figures.\n--B--\n",
		"dsn kim@far.example failed 5.1.1" },
	{ "an address against RFC 5322",
		"Return-Path: <>\nFrom: Mail Delivery System <MAILER-DAEMON@mx.example>\nTo: me@home.example\n"
		"Subject: Undelivered Mail Returned to Sender\n"
		"Content-Type: multipart/report; report-type=delivery-status; boundary=\"B\"\n\n--B\n\nSorry.\n\n--B\n"
		"Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\n"
		"Final-Recipient: rfc822; a..b.@far.example\nAction: failed\nStatus: 5.1.1\n\n--B\n"
		"Content-Type: message/rfc822\n\nReceived: from [192.0.2.15] by mail.home.example\n"
		"Message-ID: <orig-77@home.example>\nDate: Mon, 2 Mar 2026 10:00:00 +0900\nFrom: Me <me@home.example>\n"
		"To: someone@far.example\nSubject: March figures\n\nHello, here are the figures.\n--B--\n",
		"dsn a..b.@far.example failed 5.1.1" },
	{ "a provider that greets and asks",
		"Return-Path: <postmaster@far.example>\nFrom: Postmaster <postmaster@far.example>\nTo: me@home.example\n"
		"Subject: Undeliverable mail\n\nDear sender,\n\nyour message could not be delivered to:\n\nkim@far.example\n\n"
		"Any questions? Write to us.\n",
		"bounce kim@far.example failed -" },
	{ "a ticket",
		"Return-Path: <>\nFrom: Jira <jira@jira.example>\nTo: me@home.example\n"
		"Subject: [JIRA] (MAIL-7) Undelivered mail returned to sender\nAuto-Submitted: auto-generated\n"
		"X-JIRA-FingerPrint: 1\n\nKim commented:\n\n<kim@far.example>: 550 5.1.1 user unknown\n",
		"none" },
	{ "an SMS",
		"Return-Path: <>\nFrom: SMS <noreply@sms.example>\nTo: me@home.example\nSubject: Message not delivered\n"
		"Auto-Submitted: auto-generated\n\nYour SMS to +82 10 1234 was not delivered. Support: help@sms.example\n",
		"none" },
	{ "an announcement by a mail system",
		"Return-Path: <>\nFrom: Postmaster <postmaster@corp.example>\nTo: me@home.example\n"
		"Subject: Mail outage on Monday\n\n"
		"On Monday mail could not be delivered for two hours. Questions: helpdesk@corp.example\n",
		"none" },
	{ "a digest of a filter",
		"Return-Path: <>\nFrom: postmaster@home.example\nTo: me@home.example\n"
		"Subject: Your daily digest of blocked mail\n\n"
		"The following messages addressed to me@home.example were blocked:\n\n  offers@spam.example   Cheap\n"
		"  kim@far.example       Re: hi\n\nTo release a message click the link.\n",
		"none" },
	{ "the same in Korean",
		"Return-Path: <>\nFrom: 스팸관리 <postmaster@home.example>\nTo: me@home.example\nSubject: [스팸차단] 차단된 메일 목록\n"
		"Content-Type: text/plain; charset=utf-8\n\n차단된 메일이 2건 있습니다.\n\noffers@spam.example 광고\n"
		"kim@far.example Re: hi\n",
		"none" },
	{ "to who did not get it",
		"Return-Path: <>\nFrom: Virus Scanner <postmaster@home.example>\nTo: me@home.example\n"
		"Subject: Virus found in a message to you\n\n"
		"A message from kim@far.example to you contained a virus. It was not delivered to your mailbox.\n",
		"none" },
	{ "an answer to a bounce",
		"Return-Path: <kim@far.example>\nFrom: Kim <kim@far.example>\nTo: me@home.example\n"
		"Subject: Re: Delivery Status Notification (Failure)\nIn-Reply-To: <x@y.example>\n\n"
		"My mailbox was full, sorry. Please send again.\n\n"
		"> Delivery to the following recipient failed permanently:\n>\n>      kim@far.example\n",
		"none" },
	{ "a parcel comes back",
		"Return-Path: <2026@bounces.shop.example>\nFrom: Shop <auto-confirm@shop.example>\nTo: me@home.example\n"
		"Subject: Delivery attempted: Your package was returned to sender\n\n"
		"We attempted delivery to kim@far.example's address, but it was undeliverable. Your refund is on its way.\n",
		"none" },
	{ "a shipment, German",
		"Return-Path: <>\nFrom: DHL Paket <noreply@dhl.example>\nTo: me@home.example\n"
		"Subject: Ihre Sendung ist nicht zustellbar\nAuto-Submitted: auto-generated\n"
		"Content-Type: text/plain; charset=utf-8\n\n"
		"Die Sendung 123 konnte nicht zugestellt werden und wird an den Absender zurückgesandt. hilfe@dhl.example\n",
		"none" },
	{ "a campaign's report",
		"Return-Path: <noreply@corp.example>\nFrom: CRM <noreply@corp.example>\nTo: me@home.example\n"
		"Subject: Your campaign report: undelivered messages\nAuto-Submitted: auto-generated\n\n"
		"kim@far.example: mailbox full\nlee@far.example: user unknown\nSent: 100\n",
		"none" },
	{ "Spanish, of Domino",
		"Return-Path: <>\nTo: me@home.example\nFrom: Postmaster@es.example\n"
		"Subject: ERROR DE ENTREGA: El usuario luz (luz@es.example) no figura en el directorio\n"
		"Content-Type: text/plain; charset=utf-8\n\nSu mensaje\n\n  Asunto: March figures\n\nno se entregó a:\n\n"
		"  luz@es.example\n\nporque:\n\n  El usuario luz (luz@es.example) no figura en el Directorio de Domino\n",
		"bounce luz@es.example failed -" },
	{ "what a filter takes out",
		"Return-Path: <>\nTo: me@home.example\nFrom: \"MailScanner\" <postmaster@school.example>\n"
		"Subject: Warning: E-mail attachments rejected\n\n"
		"Our e-mail content detector has just been triggered by a message you sent:-\n  To: pat@school.example\n"
		"  Subject: March figures\n  Date: Mon Mar  2 10:00:00 2026\n"
		"One or more of the attachments (figures.exe) are on\n"
		"the list of unacceptable attachments for this site and will not have\nbeen delivered.\n\n"
		"Consider renaming the files or putting them into a \"zip\" file to avoid\nthis constraint.\n",
		"bounce pat@school.example failed -" },
	{ "Czech",
		"Return-Path: <>\nTo: me@home.example\nFrom: Seznam Mail <postmaster@cz.example>\n"
		"Subject: Zprávu se nepodařilo doručit\nContent-Type: text/plain; charset=utf-8\n\nDobrý den,\n\n"
		"vaši zprávu se nepodařilo doručit na adresu petr@cz.example.\n\nDůvod: 550 schránka neexistuje\n",
		"bounce petr@cz.example failed 5.0.0" },
	{ "French, in other words",
		"Return-Path: <>\nTo: me@home.example\nFrom: MAILER-DAEMON@poste.example\nSubject: Message non délivré\n"
		"Content-Type: text/plain; charset=utf-8\n\nBonjour,\n\n"
		"Le message que vous avez envoyé à lou@poste.example n'a pu être remis : boîte aux lettres pleine.\n",
		"bounce lou@poste.example failed -" },
	{ "Italian, its reply far below",
		"Return-Path: <>\nTo: me@home.example\nFrom: Mail Delivery Subsystem <mailer-daemon@googlemail.example>\n"
		"Subject: Delivery Status Notification (Failure)\nContent-Type: text/plain; charset=utf-8\n\n"
		"** Indirizzo non trovato **\n\n"
		"Il messaggio non è stato recapitato a andato@it.example perché l'indirizzo non è stato trovato o non può ricevere posta.\n"
		"\nLa risposta è stata:\n\n550 5.1.1 The email account that you tried to reach does not exist.\n",
		"bounce andato@it.example failed 5.1.1" },
	{ "named in the subject only",
		"Return-Path: <>\nTo: me@home.example\nFrom: MAILER-DAEMON@mx.example\n"
		"Subject: Delivery failed: kim@far.example\n\nYour message was not delivered. The mailbox is full.\n",
		"bounce kim@far.example failed -" },
	{ "they are counted",
		"Return-Path: <>\nTo: me@home.example\nFrom: postmaster@mx.example\nSubject: Undeliverable mail\n\n"
		"Your message could not be delivered to:\n\nRecipient 1: kim@far.example\nRecipient 2: lee@far.example\n",
		"bounce kim@far.example failed - lee@far.example failed -" },
	{ "in no words that are known",
		"Return-Path: <>\nTo: me@home.example\nFrom: postmaster@id.example\nSubject: Pemberitahuan\n"
		"Content-Type: text/plain; charset=utf-8\n\nPesan Anda kepada budi@id.example ditolak.\n"
		"550 5.1.1 Pengguna tidak dikenal\n",
		"bounce budi@id.example failed 5.1.1" },
	{ "a filter, to who sent it",
		"From: \"Content-filter at av.example\" <postmaster@av.example>\nTo: me@home.example\n"
		"Subject: VIRUS (EICAR) in mail FROM YOU\n\nVIRUS ALERT\n\nOur content checker found\n    virus: EICAR\n"
		"in email presumably from you <me@home.example>\nto the following recipient:\n-> kim@far.example\n\n"
		"Our internal reference code for your message is 1234\n\nDelivery of the email was stopped!\n",
		"bounce kim@far.example failed -" },
	{ "absence, Portuguese, by its subject only",
		"From: Rui <rui@pt.example>\nTo: me@home.example\nSubject: Resposta automática: March figures\n"
		"Content-Type: text/plain; charset=utf-8\n\n"
		"Estarei ausente até 9 de março. Em caso de urgência contacte ana@pt.example.\n",
		"vacation rui@pt.example - -" },
	{ "absence, sent as bulk",
		"From: kim@far.example\nTo: me@home.example\nSubject: RE: March figures [autoresponder]\n"
		"X-MDaemon-Deliver-To: me@home.example\nPrecedence: bulk\n\n"
		"I'm on a business trip this week and will answer next Monday.\n",
		"vacation kim@far.example - -" },
	{ "a challenge, Russian",
		"Return-Path: <>\nFrom: petr@ru.example\nTo: me@home.example\nSubject: Re: March figures - подтвердите отправку\n"
		"Auto-Submitted: auto-replied\nContent-Type: text/plain; charset=utf-8\n\n"
		"Ваше письмо задержано антиспам-системой. Чтобы оно было доставлено, перейдите по ссылке для подтверждения: http://spam.example/x\n",
		"challenge petr@ru.example - -" },
	{ "a challenge, once",
		"Return-Path: <kim@far.example>\nFrom: Kim <kim@far.example>\nTo: me@home.example\n"
		"Subject: Re: March figures (verification)\nPrecedence: bulk\n\nKim here,\n\n"
		"I'm protecting myself from receiving junk mail.\nJust once, click the link below so I can receive your emails.\n"
		"You won't have to do this again.\n\nhttp://www.spamarrest.example/a2?AQ\n",
		"challenge kim@far.example - -" },
	{ "a provider's own name, Korean",
		"From: \"네이버메일\" <noreply@naver.example>\nTo: me@home.example\nSubject: [메일 전송 실패 안내] March figures\n"
		"Content-Type: text/plain; charset=utf-8\n\n발송하신 메일이 아래의 이유로 전송에 실패하였습니다.\n\n받는사람 : bomi@naver.example\n"
		"실패사유 : 메일함 용량 초과\n",
		"bounce bomi@naver.example failed -" },
	{ "... Chinese, with a wide colon",
		"From: 新浪邮箱 <mailer@sina.example>\nTo: me@home.example\nSubject: 来自新浪邮箱的退信\n"
		"Content-Type: text/plain; charset=utf-8\n\n您发送的邮件无法投递。\n收件人：wang@sina.example\n退信原因：550 User not found\n",
		"bounce wang@sina.example failed 5.0.0" },
	{ "a program, and whom it is for",
		"Return-Path: <>\nTo: me@home.example\nFrom: Mail Delivery Subsystem <MAILER-DAEMON@sm.example>\n"
		"Subject: Returned mail: see transcript for details\n\n"
		"The original message was received at Mon, 2 Mar 2026 10:00:00 +0900\nfrom localhost\n\n"
		"   ----- The following addresses had permanent fatal errors -----\n\"|/usr/local/bin/filter kim\"\n"
		"    (reason: 1)\n    (expanded from: <kim@far.example>)\n\n   ----- Transcript of session follows -----\n"
		"550 5.1.1 \"|/usr/local/bin/filter kim\"... unknown mailer error 1\n",
		"bounce kim@far.example failed 5.1.1" },
	{ "arrows",
		"From: 메일관리자 <postmaster@kr.example>\nReturn-Path: <>\nTo: me@home.example\nSubject: 메일 수신불가 안내\n"
		"Content-Type: text/plain; charset=utf-8\n\n메일이 전달되지 못했습니다.\n\n▶ 수신자메일 → sato@kr.example\n▶ 원인 → 계정 없음\n",
		"bounce sato@kr.example failed -" },
	{ "a report, the address in quotes",
		"Return-Path: <>\nTo: me@home.example\nFrom: postmaster@mx.example\nSubject: Undelivered\n"
		"Content-Type: multipart/report; report-type=delivery-status; boundary=B\n\n--B\n\nx\n\n--B\n"
		"Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\n"
		"Final-Recipient: rfc822; 'kim@far.example'\nAction: failed\nStatus: 5.1.1\n\n--B--\n",
		"dsn kim@far.example failed 5.1.1" },
	{ "a name of Scalix, and the address in brackets",
		"From: Mail Delivery <postmaster@scalix.example>\nTo: me@home.example\nSubject: Delivery failure notification\n\n"
		"Your message with subject \"March figures\" was not delivered to the following recipient(s):\n\n"
		"Kim Lee / scalix, hq <kim@scalix.example>\n   Reason: The recipient's mailbox does not exist.\n",
		"bounce kim@scalix.example failed -" },
	{ "one failed and one did not, Korean",
		"From: 공직자통합메일 <postmaster@korea.example>\nReturn-Path: <>\nTo: me@home.example\nSubject: 메일 발송 결과(실패)\n"
		"Content-Type: text/plain; charset=utf-8\n\n귀하가 발송한 메일의 발송 결과를 알려드립니다.\n\n전송 실패: lee@korea.example (존재하지 않는 계정)\n"
		"전송 성공: ok@korea.example\n",
		"bounce lee@korea.example failed - ok@korea.example delivered -" },
	{ "on its way, Japanese",
		"From: Microsoft Outlook <postmaster@jp.example>\nReturn-Path: <>\nTo: me@home.example\n"
		"Subject: 中継されました: March figures\nContent-Type: text/plain; charset=utf-8\n\n"
		"これらの受信者またはグループへの配信が完了しましたが、宛先サーバーにより配信通知が送信されませんでした:\n\nsato@jp.example\n\n件名: March figures\n",
		"bounce sato@jp.example relayed -" },
	{ "on its way, German",
		"From: Microsoft Outlook <postmaster@de.example>\nReturn-Path: <>\nTo: me@home.example\n"
		"Subject: Weitergeleitet: March figures\nContent-Type: text/plain; charset=utf-8\n\n"
		"Die Zustellung an folgende Empfänger oder Gruppen wurde abgeschlossen, es wurde jedoch keine Zustellungsbenachrichtigung vom Zielserver gesendet:\n"
		"\nuwe@de.example\n\nBetreff: March figures\n",
		"bounce uwe@de.example relayed -" },
	{ "Italian, not delivered",
		"From: MAILER-DAEMON@it.example (Sistema di posta)\nReturn-Path: <>\nTo: me@home.example\n"
		"Subject: Messaggio non consegnato restituito al mittente\nContent-Type: text/plain; charset=utf-8\n\n"
		"Siamo spiacenti di informarla che il suo messaggio non è stato\nrecapitato a uno o più destinatari.\n\n"
		"<ugo@far.example>: utente sconosciuto\n",
		"bounce ugo@far.example failed -" },
	{ "two in a sentence",
		"Return-Path: <>\nTo: me@home.example\nFrom: Mail Delivery System <postmaster@x.example>\n"
		"Subject: Undelivered Mail\n\n"
		"Your message was not delivered to a@far.example or b@far.example because their mailboxes are full.\n",
		"bounce a@far.example failed - b@far.example failed -" },
	{ "a build that quotes a reply",
		"Return-Path: <>\nTo: me@home.example\nFrom: ci@build.example\nSubject: Build failed: mail/parser\n"
		"Auto-Submitted: auto-generated\n\ntest_bounce: FAILED\nexpected: \"550 5.1.1 <kim@far.example>: user unknown\"\n",
		"none" },
	{ "a forum turns somebody away",
		"Return-Path: <>\nTo: me@home.example\nFrom: Forum <postmaster@forum.example>\nSubject: Registration rejected\n\n"
		"Your registration as kim@far.example was rejected by the moderators.\n",
		"none" },
	{ "an address book refuses some",
		"Return-Path: <>\nTo: me@home.example\nFrom: CRM <noreply@crm.example>\nSubject: Import finished: 3 rejected\n"
		"Auto-Submitted: auto-generated\n\nkim@far.example: does not exist\nlee@far.example: invalid recipient\n",
		"none" },
	{ "somebody answers an absence",
		"From: Kim <kim@far.example>\nTo: me@home.example\nSubject: Re: automatic reply: March figures\n"
		"In-Reply-To: <orig-77@home.example>\n\nFunny, your automatic reply says you are on vacation. Enjoy!\n",
		"none" },
	{ "the text points to its HTML",
		"From: Postmaster <postmaster@mx.example>\nReturn-Path: <>\nTo: me@home.example\nSubject: Undeliverable\n"
		"Content-Type: multipart/alternative; boundary=B\n\n--B\nContent-Type: text/plain\n\n"
		"Please view this message in an HTML reader.\n\n--B\nContent-Type: text/html\n\n"
		"<p>Delivery to <b>kim@far.example</b> failed.</p>\n--B--\n",
		"bounce kim@far.example failed -" },
	{ "the id of a message in a sentence",
		"From: Postmaster <postmaster@mx.example>\nReturn-Path: <>\nTo: me@home.example\nSubject: Undeliverable\n\n"
		"Message <orig-77@home.example> to kim@far.example could not be delivered.\n",
		"bounce kim@far.example failed -" },
	{ "a list that goes on in the next line",
		"From: Mail Delivery System <postmaster@mx.example>\nReturn-Path: <>\nTo: me@home.example\n"
		"Subject: Undeliverable\n\nYour message could not be delivered to a@far.example, b@far.example,\n"
		"c@far.example. The mailbox does not exist.\n",
		"bounce a@far.example failed - b@far.example failed - c@far.example failed -" },
	{ "in capitals of another script, behind its sender",
		"From: postmaster@mx.example\nReturn-Path: <>\nTo: me@home.example\nSubject: Не доставлено\n"
		"Content-Type: text/plain; charset=utf-8\n\nСообщение не доставлено.\nОтправитель: alias@home.example\n"
		"Получатель: kim@far.example\n",
		"bounce kim@far.example failed -" },
	{ "what the subject says",
		"From: Postmaster <postmaster@mx.example>\nReturn-Path: <>\nTo: me@home.example\nSubject: Undeliverable\n"
		"Content-Type: multipart/alternative; boundary=B\n\n--B\nContent-Type: text/plain\n\n"
		"Delivery to kim@far.example failed.\n\n--B\nContent-Type: text/html\n\n"
		"<p>Delivery to <b>kim@far.example</b> failed. <a href=\"mailto:help@mx.example\">Help</a></p>\n--B--\n",
		"bounce kim@far.example failed -" },
	{ "fields in German",
		"From: postmaster@de.example\nReturn-Path: <>\nTo: me@home.example\nSubject: Unzustellbar\n"
		"Content-Type: text/plain; charset=utf-8\n\nFolgende Nachricht konnte nicht zugestellt werden:\n"
		"Von: alias@home.example\nAn: uwe@de.example\nBetreff: March figures\n",
		"bounce uwe@de.example failed -" },
	{ "a key that is spread out",
		"From: postmaster@cn.example\nReturn-Path: <>\nTo: me@home.example\nSubject: 退信\n"
		"Content-Type: text/plain; charset=utf-8\n\n以下邮件无法投递：\n发 件 人：alias@home.example\n收 件 人：wang@cn.example\n"
		"主　　题：March figures\n",
		"bounce wang@cn.example failed -" },
	{ "from one address to another",
		"From: postmaster@mx.example\nReturn-Path: <>\nTo: me@home.example\nSubject: Delivery error report\n\n"
		"An error occurred delivering your mail.\n\nSource address       alias@home.example\n"
		"Destination address  kim@far.example\nError                no such user\n",
		"bounce kim@far.example failed -" },
	{ "keys joined to addresses",
		"From: MAILER-DAEMON@mx.example\nReturn-Path: <>\nTo: me@home.example\nSubject: failed delivery\n\n"
		"mail-from=alias@home.example\nrcpt-to=kim@far.example\nresult=550 user unknown\n",
		"bounce kim@far.example failed 5.0.0" },
	{ "both in one line",
		"From: MAILER-DAEMON@mx.example\nReturn-Path: <>\nTo: me@home.example\nSubject: Delivery failure\n\n"
		"Your message was not delivered.\n\n"
		"{ \"sender\": \"alias@home.example\", \"recipient\": \"kim@far.example\", \"error\": \"550 user unknown\" }\n",
		"bounce kim@far.example failed 5.0.0" },
	{ "a service, to who sent it",
		"From: System <system@tutao.example>\nTo: me@home.example\nSubject: Mail delivery failed\n"
		"Auto-Submitted: auto-generated\n\nYour email to the following address could not be delivered: kim@far.example\n"
		"\nReason: 550 5.1.1 unknown\n",
		"bounce kim@far.example failed 5.1.1" },
	{ "two in sentences of their own",
		"From: MAILER-DAEMON@mx.example\nReturn-Path: <>\nTo: me@home.example\nSubject: Delivery failure\n\n"
		"Your message to kim@far.example could not be delivered: 550 5.1.1 unknown user.\n\n"
		"Your message to lee@far.example could not be delivered: 552 5.2.2 mailbox full.\n",
		"bounce kim@far.example failed 5.1.1 lee@far.example failed 5.2.2" },
	{ "an announcement, German",
		"Return-Path: <>\nTo: me@home.example\nFrom: Postmaster <postmaster@home.example>\n"
		"Subject: Wartung des Mailservers\nContent-Type: text/plain; charset=utf-8\n\n"
		"Am Montag können E-Mails zeitweise nicht zugestellt werden. Rückfragen an edv@home.example.\n",
		"none" },
	{ "a postmaster says thanks",
		"From: Postmaster <postmaster@far.example>\nTo: me@home.example\nSubject: Re: delivery problem\n"
		"In-Reply-To: <x@home.example>\n\n"
		"Thanks for the report. Mail to kim@far.example was rejected because of a typo in our tables. Fixed now.\n",
		"none" },
	{ "a list's owner refuses",
		"Return-Path: <>\nFrom: hikers-owner@lists.example\nTo: me@home.example\n"
		"Subject: Your message to hikers rejected\nList-Id: <hikers.lists.example>\n\n"
		"Your message to hikers@lists.example was rejected by the moderator.\n",
		"none" },
	{ "a service counts whom it did not reach",
		"From: CRM <noreply@crm.example>\nTo: me@home.example\nSubject: Delivery failed for 3 contacts\n"
		"Auto-Submitted: auto-generated\n\n"
		"The campaign \"Spring\" could not be delivered to: kim@far.example, lee@far.example and ann@far.example.\n",
		"none" },
	{ "a letter of paper",
		"Return-Path: <>\nTo: me@home.example\nFrom: Bank <noreply@bank.example>\n"
		"Subject: Returned mail: please update your address\nAuto-Submitted: auto-generated\n\n"
		"A letter sent to your postal address was returned to us as undeliverable. Update it or write to help@bank.example.\n",
		"none" },
	{ "delivered, Portuguese",
		"From: Microsoft Outlook <postmaster@pt.example>\nReturn-Path: <>\nTo: me@home.example\n"
		"Subject: Entregue: March figures\nContent-Type: text/plain; charset=utf-8\n\n"
		"Sua mensagem foi entregue aos seguintes destinatários:\n\nana@pt.example\n\nAssunto: March figures\n",
		"bounce ana@pt.example delivered -" },
	{ "late, Ukrainian",
		"From: MAILER-DAEMON@ua.example\nReturn-Path: <>\nTo: me@home.example\nSubject: Затримка доставки\n"
		"Content-Type: text/plain; charset=utf-8\n\n"
		"Ваш лист для oleh@ua.example ще не доставлено. Спроби триватимуть 3 дні.\n",
		"bounce oleh@ua.example delayed -" },
	{ "late, Turkish",
		"From: MAILER-DAEMON@tr.example\nReturn-Path: <>\nTo: me@home.example\nSubject: Teslimat gecikti\n"
		"Content-Type: text/plain; charset=utf-8\n\n"
		"İletiniz ali@tr.example adresine henüz teslim edilemedi. Denemeye devam edilecek.\n",
		"bounce ali@tr.example delayed -" },
	{ "delivered, Italian",
		"From: MAILER-DAEMON@it.example\nReturn-Path: <>\nTo: me@home.example\nSubject: Messaggio consegnato\n"
		"Content-Type: text/plain; charset=utf-8\n\nIl suo messaggio è stato consegnato a ugo@it.example.\n",
		"bounce ugo@it.example delivered -" },
	{ "a closed account",
		"From: MAILER-DAEMON@mx.example\nReturn-Path: <>\nTo: me@home.example\nSubject: Mail returned\n\n"
		"We are returning your mail to kim@far.example because the account was closed.\n",
		"bounce kim@far.example failed -" },
	{ "of a domain, and its recipient",
		"From: Mail Server <postmaster@mx.example>\nReturn-Path: <>\nTo: me@home.example\nSubject: Delivery failure\n\n"
		"Unable to resolve domain far.example (recipient kim@far.example)\n",
		"bounce kim@far.example failed -" },
};

int main(void)
{
	notices_check(rows, ARRAY_LEN(rows), true);
	return tap_done();
}
