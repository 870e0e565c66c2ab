# SPDX-License-Identifier: EUPL-1.2
# Completion of vaguemestre(1) for bash: commands, and the options "COMMAND --help" tells.
_vaguemestre()
{
    local word=${COMP_WORDS[COMP_CWORD]} command=${COMP_WORDS[1]} words
    if [ "$COMP_CWORD" -eq 1 ]; then
        words=$("${COMP_WORDS[0]}" --help 2>/dev/null | awk '/^  [a-z]/ { print $1 }')
    elif [ "${word#-}" != "$word" ]; then
        words=$("${COMP_WORDS[0]}" "$command" --help 2>/dev/null | awk '/^  --/ { print $1 }')
    elif [ "$COMP_CWORD" -eq 2 ]; then
        case $command in
        config) words="check show" ;;
        log) words="show counts" ;;
        audit) words="verify" ;;
        quarantine) words="list show release" ;;
        esac
    fi
    mapfile -t COMPREPLY < <(compgen -W "${words:-}" -- "$word")
    [ "${#COMPREPLY[@]}" -gt 0 ] || mapfile -t COMPREPLY < <(compgen -f -- "$word")
}
complete -o filenames -F _vaguemestre vaguemestre
