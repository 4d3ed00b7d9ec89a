package simulator

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/tencentyun/tls-sig-api-v2-golang/tencentyun"
)

// maxSignatureJSON bounds what a UserSig may inflate to; real ones stay under
// 1 KiB, and the library itself has no bound.
const maxSignatureJSON = 64 << 10

// authenticate says who may not call. A missing identifier is 60004, a missing
// usersig 60005, an empty one 70002: the documents do not distinguish them.
func (s *Server) authenticate(req *request) *answer {
	if req.method != http.MethodPost || req.badURL {
		return &answer{code: codeHTTPParse, info: "HTTP parse Error"}
	}
	identifier, sig := req.query.Get("identifier"), req.query.Get("usersig")
	switch {
	case req.query.Get("sdkappid") == "":
		return &answer{code: codeNoSDKAppID, info: "sdkappid is missing"}
	case req.query.Get("sdkappid") != strconv.Itoa(s.app.SDKAppID):
		return &answer{code: codeUnknownSDKAppID, info: "sdkappid not found"}
	case identifier == "":
		return &answer{code: codeNoIdentifier, info: "identifier is missing"}
	case !req.query.Has("usersig"):
		return &answer{code: codeNoSignature, info: "usersig is missing"}
	case sig == "":
		return s.badSignature(codeEmptySignature, "UserSig is empty")
	}
	if refused := s.verify(identifier, sig); refused != nil {
		return refused
	}
	if !slices.Contains(s.app.Admins, identifier) {
		return &answer{code: codeNotAppAdmin, info: "this call needs an app administrator"}
	}
	return nil
}

func (s *Server) verify(identifier, sig string) *answer {
	if !readable(sig) {
		return s.badSignature(codeIllegal, "The UserSig in use is illegal. Please regenerate UserSig through official API")
	}
	err := tencentyun.VerifyUserSig(uint64(s.app.SDKAppID), *s.key.Load(), identifier, sig, s.clock())
	switch {
	case err == nil:
		return nil
	case errors.Is(err, tencentyun.ErrSdkAppIDNotMatch):
		return s.badSignature(codeOtherSDKAppID, "UserSig was signed for another sdkappid")
	case errors.Is(err, tencentyun.ErrIdentifierNotMatch):
		return s.badSignature(codeOtherIdentifier, "UserSig was signed for another identifier")
	case errors.Is(err, tencentyun.ErrExpired):
		return s.badSignature(codeExpired, "UserSig has expired")
	case errors.Is(err, tencentyun.ErrSigNotMatch):
		return s.badSignature(codeWrongKey, "UserSig verification failed")
	}
	// What remains is a UserSig with a userbuf, of which Chat knows nothing.
	return s.badSignature(codeIllegal, "UserSig is illegal")
}

func (s *Server) badSignature(code int, info string) *answer {
	if s.rules.Signature10001 {
		code = codeNotLoggedIn
	}
	return &answer{code: code, info: info}
}

// readable reports whether a UserSig is base64 of zlib of a signature's JSON.
// The library takes any other JSON as an empty signature and then complains of
// the wrong thing.
func readable(sig string) bool {
	packed, err := base64.StdEncoding.DecodeString(strings.NewReplacer("*", "+", "-", "/", "_", "=").Replace(sig))
	if err != nil {
		return false
	}
	unpacker, err := zlib.NewReader(bytes.NewReader(packed))
	if err != nil {
		return false
	}
	text, err := io.ReadAll(io.LimitReader(unpacker, maxSignatureJSON+1))
	if err != nil || len(text) > maxSignatureJSON {
		return false
	}
	var fields struct {
		Version    string  `json:"TLS.ver"`
		SDKAppID   *uint64 `json:"TLS.sdkappid"`
		Identifier *string `json:"TLS.identifier"`
		Expire     int64   `json:"TLS.expire"`
		Time       int64   `json:"TLS.time"`
		UserBuf    []byte  `json:"TLS.userbuf"`
		Sig        []byte  `json:"TLS.sig"`
	}
	return json.Unmarshal(text, &fields) == nil &&
		fields.SDKAppID != nil && fields.Identifier != nil && len(fields.Sig) > 0
}
