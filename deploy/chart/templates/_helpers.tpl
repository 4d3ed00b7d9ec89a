{{/* The bot's label: also what its Service and its NetworkPolicy look for. */}}
{{- define "liveadmin.label" -}}
app.kubernetes.io/name: {{ .Release.Name }}
{{- end }}

{{- define "liveadmin.postgresLabel" -}}
app.kubernetes.io/name: {{ .Release.Name }}-postgres
{{- end }}

{{/* "yes" if the chart runs a PostgreSQL, else nothing. */}}
{{- define "liveadmin.bundled" -}}
{{- if and (eq .Values.database.kind "postgres") .Values.database.bundled }}yes{{ end }}
{{- end }}

{{/* "yes" if a platform calls the bot, else nothing. */}}
{{- define "liveadmin.http" -}}
{{- if or (and .Values.slack.enabled .Values.slack.http) (and .Values.discord.enabled .Values.discord.http) }}yes{{ end }}
{{- end }}

{{/* The name of the ConfigMap with the config file, or nothing. */}}
{{- define "liveadmin.configMap" -}}
{{- if .Values.existingConfigMap }}{{ .Values.existingConfigMap }}
{{- else if .Values.rules }}{{ .Release.Name }}
{{- end }}
{{- end }}

{{/* A secret, which the bot reads from a file. */}}
{{- define "liveadmin.secret" -}}
- name: {{ upper . }}_FILE
  value: /run/secrets/liveadmin/{{ . }}
{{- end }}

{{/* What cannot work is refused here, not found out in the cluster. */}}
{{- define "liveadmin.check" -}}
{{- if not (or .Values.slack.enabled .Values.discord.enabled) }}{{ fail "set slack.enabled or discord.enabled to true" }}{{ end }}
{{- if not .Values.image.repository }}{{ fail "set image.repository to where your image is" }}{{ end }}
{{- if not .Values.settings.IM_SDKAPPID }}{{ fail "set settings.IM_SDKAPPID, in quotes" }}{{ end }}
{{- if not (or .Values.settings.IM_REGION .Values.settings.IM_BASE_URL) }}{{ fail "set settings.IM_REGION" }}{{ end }}
{{- $called := and .Values.discord.enabled .Values.discord.http }}
{{- if and $called (not .Values.settings.DISCORD_PUBLIC_KEY) }}{{ fail "discord.http needs settings.DISCORD_PUBLIC_KEY" }}{{ end }}
{{- if and .Values.settings.DISCORD_PUBLIC_KEY (not $called) }}{{ fail "settings.DISCORD_PUBLIC_KEY needs discord.enabled and discord.http" }}{{ end }}
{{- if and .Values.ingress.host (not (include "liveadmin.http" .)) }}{{ fail "ingress.host needs slack.http or discord.http" }}{{ end }}
{{- if and .Values.rules .Values.existingConfigMap }}{{ fail "set rules or existingConfigMap, not both" }}{{ end }}
{{- end }}
