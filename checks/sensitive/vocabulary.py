"""The words that names of columns are made of, in the languages of those who name them, and some values.

They are what finds most. Without accents and in lower case; a word of another alphabet as it is.
"""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# One word that is a password's name; in several languages, without accents.
PASSWORDS = _words(
    """
    password passwords passwd passwrd passw upass userpass dbpass pwd pword psw pswd passphrase
    passcode userpassword userpwd
    adminpassword dbpassword loginpassword passwort kennwort passworter senha senhas palavrapasse
    contrasena contrasenia contrasenya motdepasse mdp haslo hasla heslo hesla salasana losenord losen
    adgangskode kodeord passord wachtwoord wachtwoorden parola parole parool sifre geslo lozinka jelszo
    slaptazodis sandi katasandi laluan katalaluan matkhau parol pasahitza contrasinal zaporka wagwoord
    fjalekalim fjalekalimi lykilord nenosiri salasona cyfrinair pasfhocal
    пароль пароли парола лозинка
    密码 密碼 口令 パスワード 비밀번호 암호 סיסמה รหัสผ่าน पासवर्ड পাসওয়ার্ড პაროლი գաղտնաբառ
    """
)
# Two or three words that are one.
PASSWORD_PHRASES = frozenset(
    (
        "pass word",
        "pass phrase",
        "pass code",
        "mot de passe",
        "mot passe",
        "palavra passe",
        "palavra chave",
        "kata sandi",
        "mat khau",
        "parola chiave",
        "clave acceso",
        "clave secreta",
        "codigo acceso",
        "security answer",
        "secret answer",
        "codigo de acceso",
        "parola d ordine",
        "كلمة المرور",
        "كلمة السر",
        "رمز عبور",
        "κωδικός πρόσβασης",
        "κωδικος προσβασης",
    )
)
# Whose `pass` or `pw` is a password: alone it may be of a bus, or a test's.
PASS_OF = _words(
    """
    user db smtp imap pop3 mail email admin login root ftp sftp ssh ldap bind proxy redis rabbitmq amqp
    mqtt wifi http auth account service database postgres pg mysql mongo api cert keystore my sudo vpn
    sql basic system usr passwd web site app mailserver sendmail v p l new old superuser guest jdbc snmp
    """
)
# Of these tables, what else is a key is a password.
USER_TABLES = _words("usuario usuarios user users cuenta cuentas usuaris login logins operadores empleados")
USER_KEYS = frozenset(("clave", "clau", "claves", "pin"))
HASHES = frozenset(
    ("hash", "hashed", "digest", "crypt", "crypted", "encrypted", "md5", "sha1", "sha256", "bcrypt")
)
TOKENS = _words(
    """
    token tokens secret secrets apikey apikeys accesskey secretkey privatekey clientsecret authkey authtoken
    accesstoken refreshtoken apitoken apisecret webhooksecret signingkey encryptionkey masterkey bearer
    jwt credential credentials passkey sharedsecret totp geheimnis schlusselwort secreto segredo segreto
    tajne jeton ficha
    """
)
# `key` is a secret only after one of these.
KEYS = _words(
    """
    api access secret private encryption encrypt signing sign auth authentication master shared client
    consumer app application webhook hmac aes rsa ssh ssl tls crypto cipher decryption session stripe
    sendgrid mailgun twilio aws s3 google recaptcha openai hook deploy admin root server account license
    licence jwt token signature storage integration subscription ingest write read service
    """
)
NOT_KEYS = frozenset(("public", "publishable", "foreign", "primary"))
# Before a secret's name: then it is a switch, a number or a text about it.
BEFORE = _words(
    """
    is has no not requires require required needs need must can may should allow allows allowed show
    hide enable enables enabled disable disabled use uses using min max minimum maximum forgot forgotten
    num number count total avg sum supports support with without prompt input output completion cached
    """
)
CARDS = _words(
    """
    card cardnumber cardno ccnumber ccnum cc pan creditcard kreditkarte kartennummer kreditkartennummer
    tarjeta numerotarjeta carte numerocarte cartao numerocartao carta kaart karta kort kortnummer
    """
)
PERSONS = _words(
    """
    ssn socialsecurity socialsecuritynumber socialsecurityno nationalid nationalidnumber
    nationalidentifier sin nin cpf dni nie pesel bsn aadhaar aadhar insee nif codicefiscale personnummer
    fodselsnummer cprnummer sozialversicherungsnummer taxpayerid itin
    nhs nhsnumber nationalinsurancenumber nino curp rut cuil cnp egn jmbg oib hetu henkilotunnus kennitala
    ppsn kimlik tckimlik tckn rodnecislo isikukood burgerservicenummer rijksregisternummer steuerid nric hkid
    身份证 身份证号 身份证号码 주민등록번호 снилс инн
    """
)
PERSON_PHRASES = frozenset(
    ("social security", "social insurance number",
     "social security number", "social security no", "national id", "national id number",
     "codice fiscale", "taxpayer id")
)  # fmt: skip
EMAILS = frozenset(("email", "mail", "emailaddress", "correo", "courriel", "epost", "sahkoposti"))
PHONES = _words(
    """
    phone phones phonenumber phoneno telephone tel mobile mobil mobilenumber mobileno cell cellphone fax
    whatsapp msisdn sms telefon telefonnummer telefono telefone celular movil handy rufnummer
    telefoonnummer telefoon puhelin gsm
    telefonszam tlf телефон тел мобильный 手机 手机号 手机号码 电话
    电话号码 電話 電話番号 携帯電話 전화번호 휴대폰
    """
)
IDENTITIES = _words(
    """
    id ids pk uuid guid code codes sku ean upc gtin barcode isbn imei imsi serial version revision hash
    checksum sha md5 crc etag position ordinal sort order timestamp epoch created updated date time
    amount price total quantity count number_of lat lng lon latitude longitude zip postcode ip port key
    size bytes offset hs naics isin cusip lei swift bic seed fingerprint build commit
    """
)
SETTING_KEYS = _words(
    """
    key keys name code setting settingkey settingname option optionname optionkey param paramname
    parameter parametername property propertyname variable var attribute attributename slug identifier k
    pref field metakey confkey configkey configname path clave nombre chave nome schluessel schlussel cle
    nom
    klucz nazwa setting_id id propkey propname prefkey prefname preference variablename varname envname optkey
    """
)
SETTING_VALUES = _words(
    """
    value val v data content contents settingvalue optionvalue configvalue confvalue stringvalue
    textvalue strvalue charvalue metavalue defaultvalue currentvalue paramvalue parametervalue
    propertyvalue attributevalue jsonvalue rawvalue default valor wert valeur wartosc valore waarde
    secretvalue plaintext propvalue prefvalue preferencevalue optvalue envvalue varvalue variablevalue
    """
)
# Words that may follow a secret's name and leave it one.
SAME = _words(
    """
    1 2 3 value plain plaintext cleartext clear raw encrypted hash hashed digest md5 sha1 sha256 bcrypt
    crypt confirmation repeat again new old default initial temp temporary current enc string b64 base64
    production prod staging dev live sandbox
    """
)
# Values that are none.
EMPTY = _words(
    """
    null none nil undefined n/a na - -- true false t f yes no on off 0 1 y n
    """
)
# What stands for a kind of secret, or for where it comes from, and is none.
KINDS = _words(
    """
    string text str varchar char bytes binary json hidden input field required optional masked encrypted
    plain hashed default basic digest random generated auto ldap local oauth oauth2 saml sso oidc
    database internal external env environment vault file keyring prompt ask user admin client server
    public private shared global personal session temporary permanent static dynamic manual system
    custom standard enabled disabled
    md5 sha1 sha224 sha256 sha384 sha512 sha-1 sha-256 sha-384 sha-512 bcrypt scrypt argon2 argon2i argon2id
    pbkdf2 pbkdf2_sha1 pbkdf2_sha256 pbkdf2_sha512 scram scram-sha-1 scram-sha-256 ssha crypt aes
    aes128 aes256 aes-128 aes-256 hs256 hs384 hs512 rs256 rs384 rs512 es256 es384 es512 eddsa
    """
)
# Mailboxes of a role (RFC 2142), and others that no person has.
MAILBOXES = _words(
    """
    abuse accounting accounts admin administrator administration alert alerts all announcements api app
    audit backup billing bot bounce bounces bugs ci contact careers compliance customer customerservice
    data demo dev developer developers devnull devops dns do-not-reply donotreply email enquiries error
    errors events example feedback finance foo bar ftp git guest hello help helpdesk hostmaster hr info
    it jobs kontakt legal list mail mailer mailer-daemon marketing me media monitoring moderator news
    newsletter no-reply noc nobody noreply notification notifications notify office operations ops
    orders owner payments post postmaster press privacy registrar reply reports root sales security
    service services spam staff subscribe support sysadmin system team tech test tester testing
    unsubscribe updates usenet user username users uucp web webmaster welcome www you yourname your.name
    name first.last firstname.lastname john.doe jane.doe someone somebody anonymous default
    service-account superuser superadmin placeholder dpo invoices invoice reservations reservation order
    booking bookings returns partners investors community servicedesk migration automation robot daemon
    helpline inquiries inquiry enquiry reception auto
    """
)
# The last word of a mailbox that several words name: `customer.support`.
MAILBOX_ENDS = frozenset(("support", "team", "desk", "sales", "helpdesk", "payable", "receivable", "reply"))
# Functions: what they are given says how a value is taken apart or written, and is no value itself.
TAKES_APART = _words(
    """
    replace regexp_replace regexp_match regexp_matches regexp_substr regexp_split_to_array substring
    substr split_part string_to_array translate strpos position overlay trim btrim ltrim rtrim lpad
    rpad to_char to_date to_timestamp date_trunc strftime strptime nullif current_setting like
    """
)
