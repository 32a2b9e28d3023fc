# Completes the commands, options and names of ovmr-index in zsh.

_ovmr_index() {
    local files= line
    local -a before values shown
    (( CURRENT > 2 )) && before=("${(@Q)words[2,CURRENT-1]}")
    while IFS= read -r line; do
        if [[ -z $files ]]; then
            files=$line
        else
            values+=("${line%%$'\t'*}")
            shown+=("${line/$'\t'/  }")
        fi
    done < <(
        _OVMR_INDEX_COMPLETE=zsh ${~words[1]} ovmr-index "${before[@]}" "${(Q)PREFIX}" \
            2>/dev/null </dev/null
    )
    if [[ $PREFIX == --*=* ]]; then
        IPREFIX+=${PREFIX%%=*}=
        PREFIX=${PREFIX#*=}
    fi
    (( $#values )) && compadd -l -d shown -a values
    case $files in
        file) _files ;;
        folder) _files -/ ;;
    esac
}

(( $+functions[compdef] )) || { autoload -Uz compinit && compinit -i }
compdef _ovmr_index ovmr-index
