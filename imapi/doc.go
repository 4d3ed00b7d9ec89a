// Package imapi is a client for the live-group administrator calls of Tencent
// Cloud Chat's server REST API: it signs, limits, calls, retries and explains.
//
// Facts about the API carry the number of the document they come from:
// "1047/60525" is tencentcloud.com/document/product/1047/60525.
package imapi
