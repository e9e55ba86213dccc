; What tools/demo does inside GIMP: opens a photograph, sharpens it with the plug-in, saves the result.

(script-fu-use-v3)

(define (seconds)
  (let ((now (gettimeofday)))
    (+ (car now) (/ (cadr now) 1000000.0))))

(define (save-png image file)
  (file-png-export #:run-mode RUN-NONINTERACTIVE #:image image #:file file #:compression 3))

; Saves the photograph as it is opened into the file `before` (if that is not ""), the sharpened one
; into `after`, and the seconds that the plug-in took into `report`.
(define (demo photo before after model report)
  (let ((image (gimp-file-load RUN-NONINTERACTIVE photo)))
    (if (> (string-length before) 0) (save-png image before))
    (let ((start (seconds)))
      (plug-in-remote-sharpen #:run-mode RUN-NONINTERACTIVE
                              #:image image
                              #:drawables (gimp-image-get-selected-drawables image)
                              #:service "this-computer"
                              #:model model)
      (let ((took (- (seconds) start)))
        (save-png image after)
        (call-with-output-file report (lambda (port) (write took port)))))
    (gimp-image-delete image)))
