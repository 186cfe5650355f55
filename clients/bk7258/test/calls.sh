#!/bin/sh
# What the core asks of a C library: memory and strings, no heap, no files, no clock.
allowed='memcpy memset memcmp memmove strlen strcmp strncmp strcpy strchr strstr strspn'
for name in $(nm --undefined-only -P "$1" | awk '$2 == "U" { print $1 }' | grep -v '^sv_' | sort -u); do
  case " $allowed " in
    *" $name "*) ;;
    *) echo "not ok the core calls $name" && exit 1 ;;
  esac
done
if ! nm -P "$1" | grep -q ' T '; then echo "not ok there is no code in $1" && exit 1; fi
# Constants that hold addresses are .data.rel.ro here, and plain constants on a chip.
if objdump -h "$1" | awk '$2 ~ /^\.(data|bss)/ && $2 !~ /^\.data\.rel\.ro/ && $3 !~ /^0+$/ { found = 1 } END { exit !found }'; then
  echo 'not ok the core has variables of its own' && exit 1
fi
echo 'ok   the core has no heap and no variables of its own'
