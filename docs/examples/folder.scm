; Sharpens all pictures below the folder photos into the folder sharp, four at a time.
; If some fail, GIMP's exit status says so; sharp/remote-sharpen-report.csv says which.
(script-fu-use-v3)
(plug-in-remote-sharpen-files #:inputs '("photos")
                              #:recursive #t
                              #:output "sharp"
                              #:name "{name}-sharp"
                              #:service "this-computer"
                              #:model "Lens Blur V2")
