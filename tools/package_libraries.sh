# shellcheck shell=bash disable=SC2154
# The libraries that the archive of tools/package carries. Sourced; uses its $version.

# Where a system has its own libraries. They come before ours, so that a process never has an older
# one than GIMP's libraries were built with; what a system lacks is found beside the program.
system_folders=/usr/lib/x86_64-linux-gnu:/usr/lib64:/usr/lib:/app/lib:/usr/local/lib64:/usr/local/lib

# libraries_of FILE…: the paths of all that they need, directly or not.
# /lib is a link to /usr/lib.
libraries_of() {
  ldd "$@" | awk '$2 == "=>" && $3 ~ /^\// { sub("^/lib/", "/usr/lib/", $3); print $3 }' | xargs -r -n 1 realpath -s | sort -u
}

# Each GIMP brings what its own library for plug-ins needs, but not everywhere under the name that
# Debian builds with: these are carried all the same.
named_otherwise='/libjpeg\.so\.62$|/libdeflate\.so\.0$'

# What belongs to GIMP or to the C and C++ runtime.
not_carried='/(libgimp|libstdc\+\+|libgcc_s|libgomp|libresolv)[^/]*$'

# carry FOLDER PATHS <LIBRARIES: copies the libraries of the list into FOLDER/lib; each looks for others in
# PATHS.
carry() {
  local library
  while read -r library; do
    carried+=("$library")
    cp -L "$library" "$1/lib/"
    chmod 644 "$1/lib/${library##*/}"
    patchelf --set-rpath "$2" "$1/lib/${library##*/}"
  done
}

# carry_libraries FOLDER PROGRAM…: copies what a GIMP does not bring into FOLDER/lib, and GIO's module
# for TLS into FOLDER/gio-modules.
carry_libraries() {
  local folder=$1 gimp needed libraries onnxruntime
  shift
  mkdir -p "$folder/lib" "$folder/gio-modules"
  cp "$(pkg-config --variable=giomoduledir gio-2.0)/libgiognutls.so" "$folder/gio-modules/"
  gimp=$(pkg-config --variable=libdir gimp-3.0)/libgimpui-3.0.so.0
  needed=$(libraries_of "$@" "$folder/gio-modules/libgiognutls.so")
  carried=()
  libraries=$({
    comm -23 <(printf '%s\n' "$needed") <(libraries_of "$gimp")
    grep -E "$named_otherwise" <<<"$needed"
  } | grep -vE "$not_carried" | sort -u)
  carry "$folder" "$system_folders:\$ORIGIN" <<<"$libraries"
  # Opened at run time, by sharpen-service alone. Its libraries are one set: they come before those of
  # the system, which may have only some of them, of another version.
  onnxruntime=$(pkg-config --variable=libdir libonnxruntime)
  onnxruntime+=/$(patchelf --print-soname "$onnxruntime/libonnxruntime.so")
  carry "$folder" "\$ORIGIN:$system_folders" < <({
    echo "$onnxruntime"
    libraries_of "$onnxruntime"
  } | grep -vE "$not_carried" | grep -vxF "$libraries" | sort -u | comm -23 - <(libraries_of "$gimp"))
  patchelf --set-rpath "$system_folders:\$ORIGIN/../lib" "$folder/gio-modules/libgiognutls.so"
  patchelf --set-rpath "$system_folders:\$ORIGIN/lib" "$@"
  carried+=("$(pkg-config --variable=giomoduledir gio-2.0)/libgiognutls.so")
}

# write_spdx FOLDER: the list of what is in it, as SPDX tag-value; the packages' own texts of licence
# go into FOLDER/licenses.
write_spdx() {
  local library package installed name
  mkdir -p "$1/licenses"
  cat <<END
SPDXVersion: SPDX-2.3
DataLicense: CC0-1.0
SPDXID: SPDXRef-DOCUMENT
DocumentName: remote-sharpen-$version-x86_64
DocumentNamespace: https://spdx.org/spdxdocs/remote-sharpen-$version-x86_64
Creator: Tool: tools/package
Created: $(date -u -d "@$SOURCE_DATE_EPOCH" +%Y-%m-%dT%H:%M:%SZ)

PackageName: remote-sharpen
SPDXID: SPDXRef-remote-sharpen
PackageVersion: $version
PackageDownloadLocation: NOASSERTION
FilesAnalyzed: false
PackageLicenseConcluded: GPL-3.0-or-later
PackageLicenseDeclared: GPL-3.0-or-later
PackageCopyrightText: 2026, The Remote Sharpen authors
Relationship: SPDXRef-DOCUMENT DESCRIBES SPDXRef-remote-sharpen
END
  for library in "${carried[@]}"; do
    package=$({ dpkg-query -S "$library" 2>/dev/null || dpkg-query -S "$(realpath "$library")"; } | sed 's/:.*//;q')
    printf '%s %s\n' "$package" "${library##*/}"
  done | sort | awk '{ files[$1] = files[$1] " " $2 } END { for (package in files) print package files[package] }' | sort |
    while read -r package installed; do
      name=${package//[^A-Za-z0-9.-]/-}
      cp -L "/usr/share/doc/$package/copyright" "$1/licenses/$package.txt"
      cat <<END

PackageName: $package
SPDXID: SPDXRef-$name
PackageVersion: $(dpkg-query -W -f '${Version}' "$package")
PackageSupplier: Organization: Debian
PackageDownloadLocation: https://packages.debian.org/trixie/$package
FilesAnalyzed: false
PackageLicenseConcluded: NOASSERTION
PackageLicenseDeclared: NOASSERTION
PackageLicenseComments: <text>licenses/$package.txt</text>
PackageCopyrightText: NOASSERTION
PackageComment: <text>$installed</text>
Relationship: SPDXRef-remote-sharpen CONTAINS SPDXRef-$name
END
    done
}
