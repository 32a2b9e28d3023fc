# Completes the commands, options and names of ovmr-index in fish.

function __ovmr_index_complete
    set -l words (commandline --cut-at-cursor --current-process --tokenize)
    set -l last (commandline --cut-at-cursor --current-token)
    set -l answer (env _OVMR_INDEX_COMPLETE=fish $words[1] $words "$last" 2>/dev/null </dev/null)
    printf '%s\n' $answer[2..]
    set -l option (string match --regex -- '^--[^=]*=' $last)
    set -l begin (string replace --regex -- '^--[^=]*=' '' $last)
    set begin (string unescape -- $begin; or echo $begin)
    switch "$answer[1]"
        case file
            string replace --regex -- '^' "$option" (__fish_complete_path $begin)
        case folder
            string replace --regex -- '^' "$option" (__fish_complete_directories $begin)
    end
end

complete --command ovmr-index --no-files --arguments '(__ovmr_index_complete)'
