package install

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"fmt"

	"buxun/server/cert"

	"github.com/google/uuid"
)

// profile is the authority as an iPhone takes it: with a name and an explanation, and under an identity of its own, so that to
// install it again replaces it.
func profile(authority cert.Authority) ([]byte, error) {
	name := authority.Certificate.Subject.CommonName
	id := uuid.NewSHA1(uuid.NameSpaceOID, authority.Certificate.Raw)
	certificate := []entry{
		{"PayloadType", "com.apple.security.root"}, {"PayloadVersion", 1},
		{"PayloadIdentifier", "buxun.ca." + id.String() + ".root"}, {"PayloadUUID", uuid.NewSHA1(id, []byte("root")).String()},
		{"PayloadDisplayName", name}, {"PayloadCertificateFileName", caFile}, {"PayloadContent", authority.Certificate.Raw},
	}
	whole := []entry{
		{"PayloadType", "Configuration"}, {"PayloadVersion", 1}, {"PayloadIdentifier", "buxun.ca." + id.String()}, {"PayloadUUID", id.String()},
		{"PayloadDisplayName", name}, {"PayloadOrganization", "Buxun 步巡"},
		{"PayloadDescription", "让这部手机信任本单位的步巡服务器。它只能证明单位内部的地址。 Lets this phone trust your organisation's Buxun server; it can vouch for private addresses only."},
		{"PayloadContent", [][]entry{certificate}},
	}
	var out bytes.Buffer
	out.WriteString(xml.Header + `<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">` + "\n<plist version=\"1.0\">\n")
	if err := property(&out, whole); err != nil {
		return nil, err
	}
	out.WriteString("</plist>\n")
	return out.Bytes(), nil
}

type entry struct {
	key   string
	value any
}

// property writes one value of a property list.
func property(out *bytes.Buffer, value any) (err error) {
	switch v := value.(type) {
	case string:
		out.WriteString("<string>")
		err = xml.EscapeText(out, []byte(v))
		out.WriteString("</string>\n")
	case int:
		fmt.Fprintf(out, "<integer>%d</integer>\n", v)
	case []byte:
		fmt.Fprintf(out, "<data>%s</data>\n", base64.StdEncoding.EncodeToString(v))
	case []entry:
		out.WriteString("<dict>\n")
		for _, one := range v {
			fmt.Fprintf(out, "<key>%s</key>", one.key)
			if err := property(out, one.value); err != nil {
				return err
			}
		}
		out.WriteString("</dict>\n")
	case [][]entry:
		out.WriteString("<array>\n")
		for _, one := range v {
			if err := property(out, one); err != nil {
				return err
			}
		}
		out.WriteString("</array>\n")
	default:
		err = fmt.Errorf("no property list for a %T", value)
	}
	return err
}
