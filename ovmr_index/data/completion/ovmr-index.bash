# Completes the commands, options and names of ovmr-index in bash.

_ovmr_index() {
    local program=${1/#\~\//$HOME/} files= line
    COMPREPLY=()
    while IFS= read -r line; do
        if [[ -z $files ]]; then files=$line; else COMPREPLY+=("$line"); fi
    done < <(
        _OVMR_INDEX_COMPLETE=bash "$program" "${COMP_LINE:0:COMP_POINT}" "$COMP_WORDBREAKS" \
            2>/dev/null </dev/null
    )
    case $files in
        file) compopt -o default ;;
        folder) compopt -o dirnames ;;
    esac 2>/dev/null
    return 0
}

complete -F _ovmr_index ovmr-index
