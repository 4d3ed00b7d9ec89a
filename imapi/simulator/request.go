package simulator

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// The commands, by the names that Call and Fault use.
const (
	modifyAdmin  = "modify_admin"
	getAdminList = "get_admin_list"
	accountCheck = "account_check"
)

const (
	groupService = "group_open_avchatroom_http_svc"
	loginService = "im_open_login_svc"
)

// maxBodyBytes is more than any of the three commands can need.
const maxBodyBytes = 1 << 20

// request is one HTTP request, taken apart but not judged.
type request struct {
	url     string // complete, with the UserSig
	method  string
	path    string
	service string // "" unless the path is /v4/SERVICE/COMMAND
	command string
	query   url.Values
	badURL  bool // the query could not be read

	isJSON bool
	body   map[string]any // nil unless the body is a JSON object; numbers are json.Number

	call       *Call // its record
	lastSecond int   // calls received in the second that ends with this one
}

// receive fails only if the body cannot be read to its end.
func receive(r *http.Request) (*request, error) {
	text, err := io.ReadAll(io.LimitReader(r.Body, maxBodyBytes+1))
	if err != nil {
		return nil, fmt.Errorf("reading the body: %w", err)
	}
	query, err := url.ParseQuery(r.URL.RawQuery)
	req := &request{
		url:    "http://" + r.Host + r.URL.RequestURI(),
		method: r.Method,
		path:   r.URL.Path,
		query:  query,
		badURL: err != nil,
		isJSON: len(text) <= maxBodyBytes && json.Valid(text),
	}
	if part := strings.Split(req.path, "/"); len(part) == 4 && part[0] == "" && part[1] == "v4" {
		req.service, req.command = part[2], part[3]
	}
	if req.isJSON {
		decoder := json.NewDecoder(bytes.NewReader(text))
		decoder.UseNumber()
		var body any
		if decoder.Decode(&body) == nil {
			req.body, _ = body.(map[string]any)
		}
	}
	return req, nil
}

// checkAddress judges what is left of the URL once the caller is known.
func (req *request) checkAddress() *answer {
	_, err := strconv.ParseUint(req.query.Get("random"), 10, 32)
	switch {
	case err != nil:
		return &answer{code: codeHTTPParse, info: "HTTP parse Error: random is no unsigned 32-bit integer"}
	case req.query.Get("contenttype") != "json":
		return &answer{code: codeHTTPParse, info: "HTTP parse Error: contenttype is not json"}
	case req.service == groupService && (req.command == modifyAdmin || req.command == getAdminList):
		return nil
	case req.service == groupService:
		return &answer{code: codeUnknownCommand, info: "unknown command"}
	case req.service == loginService && req.command == accountCheck:
		return nil
	}
	return &answer{code: codeBadPath, info: "no such service or command"}
}

// group is the GroupId of the body as far as there is one, for records and faults.
func (req *request) group() string {
	id, _ := req.body["GroupId"].(string)
	return id
}

// users are the accounts that the body names, for records.
func (req *request) users() []string {
	var users []string
	list, _ := req.body["Admin_Account"].([]any)
	for _, item := range list {
		if user, ok := item.(string); ok {
			users = append(users, user)
		}
	}
	list, _ = req.body["CheckItem"].([]any)
	for _, item := range list {
		fields, _ := item.(map[string]any)
		if user, ok := fields["UserID"].(string); ok {
			users = append(users, user)
		}
	}
	return users
}

// integer is a JSON integer's value, or 0 for anything else.
func integer(v any) int {
	number, _ := v.(json.Number)
	n, err := strconv.Atoi(number.String())
	if err != nil {
		return 0
	}
	return n
}
